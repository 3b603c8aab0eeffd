import {
  add,
  centred,
  type Mat3,
  matVec,
  norm,
  rowsVec,
  scale,
  sub,
  type Vec3,
} from "../../../common/vec3.ts";
import type { SpaceGroupSetting } from "../../../model/moyo.ts";
import { toFractional } from "../../../model/structure.ts";
import { type SymmetryOperation, wrapped } from "../../../model/symmetry.ts";
import type { TextSource } from "../../text-source.ts";
import { numberOf } from "./qe-cell.ts";
import type { Setting } from "./qe-namelist.ts";

/** A space group of an input, in the setting that pw.x takes. */
export interface QeSpaceGroup {
  /** Of the conventional cell. */
  readonly operations: readonly SymmetryOperation[];
  /** The primitive lattice that pw.x makes of it. */
  readonly ibrav: number;
  readonly at: number;
}

/** Images of an atom closer than this are the atom itself [bohr]. */
const SAME_ATOM = 0.01;

/** The ibrav by crystal system and centring; monoclinic ones with their axis along c. */
const LATTICES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  triclinic: { P: 14 },
  monoclinic: { P: 12, C: 13 },
  orthorhombic: { P: 8, C: 9, A: 91, F: 10, I: 11 },
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
 * Finds the group of `space_group`, origin_choice and uniqueb; undefined without one. Monoclinic
 * groups are those of the tables' standard setting, unique axis b, whose y and z pw.x exchanges
 * unless uniqueb is set.
 *
 * @param settings every setting of the tables; undefined without them.
 * @throws InputError for a number without a group, another ibrav than the group's, and for
 *   hexagonal axes of rhombohedral groups.
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
  const isSet = (key: string) => (variables.get(key)?.value ?? "").replace(/^\./, "").charAt(0).toLowerCase();
  const origin = numberOf(source, variables, "origin_choice") ?? 1;
  const all = settings?.filter((setting) => setting.number === number) ?? [];
  const isMonoclinic = system === "monoclinic";
  const wanted = isMonoclinic ? /^b1?$/ : system === "trigonal" ? /^R$/ : RegExp(`^${origin}$`);
  const setting = all.find(({ choice }) => wanted.test(choice)) ?? all[0];
  const base = LATTICES[system]?.[setting?.short.charAt(0) ?? ""];
  if (setting === undefined || base === undefined || (base === 5 && isSet("rhombohedral") === "f"))
    return source.fail(
      at,
      "a space group with rhombohedral axes if it has any: give ibrav and all atoms, or a CIF with the group",
      `space_group = ${number}`,
    );
  const isAlongB = isMonoclinic && isSet("uniqueb") === "t";
  const ibrav = isAlongB ? -base : base;
  const given = numberOf(source, variables, "ibrav") ?? -1;
  if (given !== -1 && given !== ibrav)
    source.fail(
      variables.get("ibrav")!.at,
      `without ibrav, or with ibrav = ${ibrav}, the lattice of space_group = ${number}`,
      `ibrav = ${given}`,
    );
  const operations = setting.operations();
  return { operations: isMonoclinic && !isAlongB ? operations.map(alongC) : operations, ibrav, at };
}

/** The operation with y and z exchanged. */
function alongC({ rotation: [x, y, z], translation: [tx, ty, tz] }: SymmetryOperation): SymmetryOperation {
  const exchanged = ([a, b, c]: Vec3): Vec3 => [a, c, b];
  return { rotation: [exchanged(x), exchanged(z), exchanged(y)], translation: [tx, tz, ty] };
}

/**
 * Every atom of the primitive cell, with what else is known of the one it is an image of.
 *
 * @param lattice primitive, rows [bohr].
 * @param rows atoms, in coordinates of the conventional cell.
 */
export function allImages<Row extends { readonly position: Vec3 }>(
  { operations, ibrav }: QeSpaceGroup,
  lattice: Mat3,
  rows: readonly Row[],
): Row[] {
  const axes = conventional(ibrav, lattice);
  const fractional = toFractional(lattice);
  const atoms: Row[] = [];
  for (const row of rows)
    for (const { rotation, translation } of operations) {
      const image = add(matVec(rotation, row.position), translation);
      const position = wrapped(fractional(rowsVec(axes, image)));
      const isNew = atoms.every(
        (atom) => norm(rowsVec(lattice, centred(sub(atom.position, position)))) > SAME_ATOM,
      );
      if (isNew) atoms.push({ ...row, position });
    }
  return atoms;
}

/** The conventional cell; pw.x 6.7 takes the c axis of the lattices centred on A downwards. */
function conventional(ibrav: number, lattice: Mat3): Mat3 {
  const [u, v, w] = lattice;
  if (ibrav === 13) return [add(u, w), v, sub(w, u)];
  if (ibrav === -13) return [sub(u, v), add(u, v), w];
  if ([4, 5, 14, 12, -12].includes(ibrav)) return lattice;
  const [a, b, c] = edgesAlongAxes(lattice);
  return [a, b, ibrav === 91 ? scale(-1, c) : c];
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
