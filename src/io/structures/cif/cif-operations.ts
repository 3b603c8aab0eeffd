import type { Mat3 } from "../../../common/vec3.ts";
import type { SpaceGroupIdentifier, SpaceGroupSetting } from "../../../model/moyo.ts";
import { IDENTITY } from "../../../model/symmetry.ts";
import type { TextSource } from "../../text-source.ts";
import { type NamedSpaceGroup, namedNumbers, namedSpaceGroup } from "./cif-space-group.ts";
import { groupOf, isIsometry, type Listed, parseMagneticSymop } from "./cif-symmetry.ts";
import { type CifBlock, type CifValue, isUnknown } from "./cif-syntax.ts";

const OPERATIONS = ["_space_group_symop_operation_xyz", "_symmetry_equiv_pos_as_xyz"];
const MAGNETIC = "_space_group_symop_magn_operation_xyz";
const CENTRING = "_space_group_symop_magn_centering_xyz";

/** Names about symmetry that say nothing a reader must know. */
const SILENT =
  /^_(symmetry_equiv_pos_site_id|space_group_(id|symop_(id|sg_id|magn_(id|operation_id|operation_mxmymz|centering_id|centering_mxmymz))|.*symop_magn_centering_(id|mxmymz)))$/;
/** What a triclinic cell without symmetry says of itself. */
const TRIVIAL = /^(p\s*1|1|triclinic|p|a?none|c1(\^1)?|1\.1)$/i;

/** What makes all atoms of a cell from the sites of a file. */
export interface CellOperations {
  /** One list per possible setting: several only for a group named without its setting. */
  readonly candidates: readonly (readonly Listed[])[];
  /** Whether the operations tell what time reversal does to moments. */
  readonly isMagnetic: boolean;
  /** The group as it was named, where that was all there was. */
  readonly named?: NamedSpaceGroup;
}

/**
 * Finds the symmetry operations of a CIF: listed, magnetic ones first, or of the group it names.
 *
 * @throws InputError with line number for operations that do not fit the cell, are no group or not
 *   the named one, and for symmetry in unknown names, which must not become P1.
 */
export function cellOperations(
  source: TextSource,
  block: CifBlock,
  lattice: Mat3,
  settings: readonly SpaceGroupSetting[] | undefined,
  identify: SpaceGroupIdentifier | undefined,
): CellOperations {
  refuseModulation(source, block);
  const { columns } = block;
  const magnetic = columns.get(MAGNETIC);
  if (magnetic !== undefined) {
    const operations = magnetic.map((value) => listed(source, value, lattice));
    const centrings = (columns.get(CENTRING) ?? []).map((value) => listed(source, value, lattice));
    return { candidates: [groupOf(source, products(centrings, operations))], isMagnetic: true };
  }
  if (columns.has(CENTRING))
    return source.fail(
      block.places.get(CENTRING)!.at,
      "beside _space_group_symop_magn_operation.xyz",
      "the centring alone",
    );
  const both = OPERATIONS.flatMap((tag) => (columns.has(tag) ? [tag] : []));
  const [tag, second] = both;
  if (tag !== undefined && second !== undefined && !isSameList(columns.get(tag)!, columns.get(second)!))
    source.fail(
      block.places.get(second)!.at,
      `the operations of line ${block.places.get(tag)!.at + 1} again`,
      second,
    );
  if (tag !== undefined) {
    const operations = groupOf(
      source,
      columns.get(tag)!.map((value) => listed(source, value, lattice, true)),
    );
    requireNamedGroup(source, block, lattice, operations, settings, identify);
    if (operations.length === 1) refuseForeign(source, block);
    return { candidates: [operations], isMagnetic: false };
  }
  const named = namedSpaceGroup(source, block, settings);
  if (named === undefined) {
    refuseUnread(source, block);
    return { candidates: [[{ ...IDENTITY, reversal: 1, at: block.at }]], isMagnetic: false };
  }
  const candidates = named.settings
    .map((setting) => setting.operations())
    .filter((operations) => operations.every((operation) => isIsometry(operation, lattice)))
    .map((operations) =>
      operations.map((operation): Listed => ({ ...operation, reversal: 1, at: named.at })),
    );
  if (candidates.length === 0) return source.fail(named.at, "a space group that fits the cell", named.said);
  return { candidates, isMagnetic: false, named };
}

function listed(source: TextSource, { text, at }: CifValue, lattice: Mat3, isPlain = false): Listed {
  const operation = parseMagneticSymop(text);
  if (operation === undefined || (isPlain && text.split(",").length !== 3))
    return source.fail(at, "a symmetry operation such as -x,y+1/2,z", text);
  return isIsometry(operation, lattice)
    ? { ...operation, at }
    : source.fail(at, "an operation that leaves the cell as it is: check the cell's angles", text);
}

/** Every operation after every centring; without centrings the operations. */
const products = (centrings: readonly Listed[], operations: readonly Listed[]): Listed[] =>
  centrings.length === 0
    ? [...operations]
    : centrings.flatMap((centring) =>
        operations.map(
          (operation): Listed => ({
            rotation: operation.rotation,
            translation: [
              operation.translation[0] + centring.translation[0],
              operation.translation[1] + centring.translation[1],
              operation.translation[2] + centring.translation[2],
            ],
            reversal: (operation.reversal * centring.reversal) as 1 | -1,
            at: operation.at,
          }),
        ),
      );

const isSameList = (one: readonly CifValue[], other: readonly CifValue[]): boolean => {
  const plain = (values: readonly CifValue[]) =>
    values
      .map(({ text }) => text.replace(/\s+/g, "").toLowerCase())
      .sort()
      .join(" ");
  return plain(one) === plain(other);
};

/**
 * @throws InputError unless the listed operations form the group of number, Hall symbol and name.
 */
function requireNamedGroup(
  source: TextSource,
  block: CifBlock,
  lattice: Mat3,
  operations: readonly Listed[],
  settings: readonly SpaceGroupSetting[] | undefined,
  identify: SpaceGroupIdentifier | undefined,
): void {
  if (settings === undefined || identify === undefined) return;
  const names = namedNumbers(source, block, settings);
  if (names.length === 0) return;
  const number = identify(lattice, operations);
  if (number === undefined) return;
  for (const { at, said, numbers } of names)
    if (!numbers.includes(number))
      source.fail(
        at,
        `the group of the ${operations.length} listed operation${operations.length === 1 ? "" : "s"}, which is number ${number}; remove what is wrong`,
        said,
      );
}

/** @throws InputError for a crystal whose atoms or moments are modulated: no cell repeats it. */
function refuseModulation(source: TextSource, { columns, places }: CifBlock): void {
  for (const [tag, { at }] of places) {
    if (
      /^_(space_group_(symop_)?(magn_)?ssg|cell_wave_vector|atom_site_(fourier|displace|moment_fourier|occ_special_func))/.test(
        tag,
      )
    )
      source.fail(at, "a crystal that its cell repeats: modulated ones are not read", tag);
    if (tag === "_cell_modulation_dimension" && Number(columns.get(tag)?.[0]?.text ?? 0) !== 0)
      source.fail(at, "a crystal that its cell repeats: modulated ones are not read", tag);
  }
}

/**
 * Takes every atom as listed, without operations and group. @throws InputError if a name says more.
 */
function refuseUnread(source: TextSource, block: CifBlock): void {
  const { columns, places, at: start } = block;
  for (const [tag, { at }] of places) {
    if (!/^_(symmetry|space_group|magnetic|parent_space_group|jana|bravais)/.test(tag) || SILENT.test(tag))
      continue;
    const said = (columns.get(tag) ?? []).find(
      (value) => !isUnknown(value) && !TRIVIAL.test(value.text.trim()),
    );
    if (said !== undefined)
      source.fail(
        at,
        "beside symmetry operations or a space group by number, Hall or Hermann-Mauguin symbol",
        `${tag} ${said.text} alone`,
      );
  }
  refuseForeign(source, block);
  if (![...places.keys()].some((tag) => /^_(symmetry|space_group)/.test(tag)))
    source.warn(start, "no symmetry is given: every atom of the cell is taken to be listed");
}

/** @throws InputError for operations beside the identity in a column of any name. */
function refuseForeign(source: TextSource, { columns }: CifBlock): void {
  for (const [tag, values] of columns) {
    const operation = values.find(
      ({ text }) =>
        parseMagneticSymop(text) !== undefined && !/^x,y,z(,\+?1)?$/i.test(text.replace(/\s/g, "")),
    );
    if (operation !== undefined)
      source.fail(
        operation.at,
        `under ${OPERATIONS[0]}: symmetry in other names is not read`,
        `${tag} ${operation.text}`,
      );
  }
}
