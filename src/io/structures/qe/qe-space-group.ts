import { add, centred, type Mat3, matVec, norm, rowsVec, sub, type Vec3 } from "../../../common/vec3.ts";
import type { SpaceGroupSetting } from "../../../model/moyo.ts";
import { toFractional } from "../../../model/structure.ts";
import { wrapped } from "../../../model/symmetry.ts";
import type { TextSource } from "../../text-source.ts";
import { numberOf } from "./qe-cell.ts";
import type { Setting } from "./qe-namelist.ts";

/** A space group of an input, in the setting that pw.x takes. */
export interface QeSpaceGroup {
  readonly setting: SpaceGroupSetting;
  /** The primitive lattice that pw.x makes of it. */
  readonly ibrav: number;
  readonly at: number;
}

/** Images of an atom closer than this are the atom itself [bohr]. */
const SAME_ATOM = 0.01;

/** The ibrav by crystal system and centring. For groups with A pw.x 6.7 exchanges y and z. */
const LATTICES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  triclinic: { P: 14 },
  orthorhombic: { P: 8, C: 9, F: 10, I: 11 },
  tetragonal: { P: 6, I: 7 },
  trigonal: { P: 4, R: 5 },
  hexagonal: { P: 4 },
  cubic: { P: 1, F: 2, I: 3 },
};

const systemOf = (number: number): string =>
  (
    [
      [2, "triclinic"],
      [15, "monoclinic"],
      [74, "orthorhombic"],
      [142, "tetragonal"],
      [167, "trigonal"],
      [194, "hexagonal"],
    ] as const
  ).find(([last]) => number <= last)?.[1] ?? "cubic";

/**
 * Finds the group of `space_group` and origin_choice; undefined without one.
 *
 * @param settings every setting of the tables; undefined without them.
 * @throws InputError for a number without a group, another ibrav than the group's, and for
 *   monoclinic groups, A centring, and hexagonal axes of rhombohedral groups.
 */
export function qeSpaceGroup(
  source: TextSource,
  variables: ReadonlyMap<string, Setting>,
  settings: readonly SpaceGroupSetting[] | undefined,
): QeSpaceGroup | undefined {
  const number = numberOf(source, variables, "space_group") ?? 0;
  if (number === 0) return undefined;
  const { at } = variables.get("space_group")!;
  if (!(Number.isInteger(number) && number >= 1 && number <= 230))
    return source.fail(at, "the number of a space group, 1 to 230, or 0", `${number}`);
  const system = systemOf(number);
  const isHexagonal = /^\.?f/i.test(variables.get("rhombohedral")?.value ?? "");
  const origin = numberOf(source, variables, "origin_choice") ?? 1;
  const all = settings?.filter((setting) => setting.number === number) ?? [];
  const centring = all[0]?.short.charAt(0) ?? "";
  const ibrav = LATTICES[system]?.[centring];
  if (ibrav === undefined || (ibrav === 5 && isHexagonal))
    return source.fail(
      at,
      "a space group that is neither monoclinic nor centred on A, and rhombohedral axes: give ibrav and all atoms, or a CIF with the group",
      `space_group = ${number}`,
    );
  const given = numberOf(source, variables, "ibrav") ?? -1;
  if (given !== -1 && given !== ibrav)
    source.fail(
      variables.get("ibrav")!.at,
      `without ibrav, or with ibrav = ${ibrav}, the lattice of space_group = ${number}`,
      `ibrav = ${given}`,
    );
  const wanted = ibrav === 5 ? "R" : `${origin}`;
  const setting = all.find(({ choice }) => choice === wanted) ?? all[0]!;
  return { setting, ibrav, at };
}

/**
 * Every atom of the primitive cell, with what else is known of the one it is an image of.
 *
 * @param lattice primitive, rows [bohr].
 * @param rows atoms, in coordinates of the conventional cell.
 */
export function allImages<Row extends { readonly position: Vec3 }>(
  { setting, ibrav }: QeSpaceGroup,
  lattice: Mat3,
  rows: readonly Row[],
): Row[] {
  const axes = ibrav === 4 || ibrav === 5 || ibrav === 14 ? lattice : edgesAlongAxes(lattice);
  const fractional = toFractional(lattice);
  const atoms: Row[] = [];
  for (const row of rows)
    for (const { rotation, translation } of setting.operations()) {
      const image = add(matVec(rotation, row.position), translation);
      const position = wrapped(fractional(rowsVec(axes, image)));
      const isNew = atoms.every(
        (atom) => norm(rowsVec(lattice, centred(sub(atom.position, position)))) > SAME_ATOM,
      );
      if (isNew) atoms.push({ ...row, position });
    }
  return atoms;
}

/** The conventional cell of a right-angled lattice: doubled half edges where it is centred. */
function edgesAlongAxes(lattice: Mat3): Mat3 {
  const edge = (axis: 0 | 1 | 2): number => {
    const parts = lattice.map((row) => Math.abs(row[axis])).filter((x) => x > 1e-9);
    return parts.length > 1 ? 2 * Math.max(...parts) : parts[0]!;
  };
  return [
    [edge(0), 0, 0],
    [0, edge(1), 0],
    [0, 0, edge(2)],
  ];
}
