import { BOHR_PER_ANGSTROM } from "../common/units.ts";
import { add, type Mat3, matVec, norm, rowsVec, scale, sub, type Vec3 } from "../common/vec3.ts";
import { isElement } from "../model/elements.ts";
import { createLattice } from "../model/lattice.ts";
import type { SpaceGroupSetting } from "../model/moyo.ts";
import { formula, type Structure, type StructureAtom, scaleRows } from "../model/structure.ts";
import { IDENTITY, type SymmetryOperation, wrapped } from "../model/symmetry.ts";
import { namedSpaceGroup } from "./cif-space-group.ts";
import { parseSymop } from "./cif-symmetry.ts";
import { type CifBlock, type CifValue, cifNumber, parseCifSyntax } from "./cif-syntax.ts";
import type { TextSource } from "./text-source.ts";

/** Every setting of the space groups, for a file that does not list its operations. */
export type SpaceGroupSettings = readonly SpaceGroupSetting[];

/** Images of an atom closer than this are the atom itself [bohr]: files hold positions with three digits or four. */
const SAME_ATOM = 0.1;

const OPERATIONS = ["_space_group_symop_operation_xyz", "_symmetry_equiv_pos_as_xyz"];

/**
 * Reads a CIF: cell, symmetry operations, and the atoms they generate. Where an operation leaves an atom in its place,
 * the mean of its images is taken, so that 0.3333 becomes the third it stands for.
 *
 * Without operations, number, Hall symbol and Hermann-Mauguin symbol of the space group are used; where they leave several settings
 * that fit the cell only if all give the same atoms, because a wrong origin would silently make another crystal. A file
 * without any symmetry lists all its atoms.
 *
 * @param name what to call the text in messages, usually its path.
 * @throws InputError with line number, what is expected there and what was found; for sites that are partly occupied too.
 */
export function parseCif(text: string, name = "cif", settings?: SpaceGroupSettings): Structure {
  const { source, blocks } = parseCifSyntax(text, name);
  const holding = blocks.filter(({ columns }) => columns.has("_atom_site_fract_x"));
  const [block, second] = holding;
  if (block === undefined)
    return source.fail(0, "a CIF with a data block that has _atom_site_fract_x", "none");
  if (second !== undefined)
    return source.fail(
      second.at,
      "one structure: keep one data block",
      `data_${second.name} after data_${block.name}`,
    );
  const lattice = latticeOf(source, block);
  const sites = sitesOf(source, block);
  const operations = symmetryOf(source, block, lattice, sites, settings);
  return { lattice, atoms: generated(lattice, sites, operations) };
}

function latticeOf(source: TextSource, { columns, at }: CifBlock): Mat3 {
  const number = (tag: string): number => {
    const [value] = columns.get(tag) ?? [];
    if (value === undefined) return source.fail(at, `a data block with ${tag}`, "none");
    const found = cifNumber(value.text);
    return found > 0 ? found : source.fail(value.at, `a positive number for ${tag}`, value.text);
  };
  const [a, b, c] = ["a", "b", "c"].map((axis) => number(`_cell_length_${axis}`) * BOHR_PER_ANGSTROM);
  const [ca, cb, cg] = ["alpha", "beta", "gamma"].map((angle) => cosine(number(`_cell_angle_${angle}`)));
  const sg = Math.sqrt(1 - cg! * cg!);
  const y = (ca! - cb! * cg!) / sg;
  const z = Math.sqrt(1 - cb! * cb! - y * y);
  if (!(z > 0)) return source.fail(at, "a cell whose angles span a volume", "angles that do not");
  return [
    [a!, 0, 0],
    [b! * cg!, b! * sg, 0],
    [c! * cb!, c! * y, c! * z],
  ];
}

/** Exact where rounding would spoil a symmetry. */
const cosine = (degrees: number): number =>
  ({ 60: 0.5, 90: 0, 120: -0.5 })[degrees] ?? Math.cos((degrees * Math.PI) / 180);

interface Site {
  readonly element: string;
  readonly position: Vec3;
}

function sitesOf(source: TextSource, { columns, at }: CifBlock): Site[] {
  const column = (tag: string): readonly CifValue[] => columns.get(tag) ?? [];
  const [xs, ys, zs] = ["x", "y", "z"].map((axis) => column(`_atom_site_fract_${axis}`));
  const symbols = column("_atom_site_type_symbol");
  const labels = column("_atom_site_label");
  const occupancies = column("_atom_site_occupancy");
  const flags = column("_atom_site_calc_flag");
  if (symbols.length === 0 && labels.length === 0)
    return source.fail(at, "atoms with _atom_site_type_symbol or _atom_site_label", "none");
  return xs!.flatMap((x, i): Site[] => {
    if (flags[i]?.text === "dum") return []; // a dummy: a place without an atom
    const occupancy = occupancies[i];
    if (
      occupancy !== undefined &&
      !/^[.?]$/.test(occupancy.text) &&
      Math.abs(cifNumber(occupancy.text) - 1) > 1e-3
    )
      return source.fail(
        occupancy.at,
        "a fully occupied site: disorder has no single structure",
        `occupancy ${occupancy.text}`,
      );
    const position = [x, ys![i], zs![i]].map((value) => cifNumber(value?.text ?? "")) as [
      number,
      number,
      number,
    ];
    if (!position.every(Number.isFinite))
      return source.fail(x.at, "an atom with three fractional coordinates", source.line(x.at));
    const word = symbols[i]?.text ?? labels[i]?.text ?? "";
    const element = elementOf(word);
    if (element === undefined)
      return source.fail(x.at, "an atom whose type or label begins with a chemical symbol", word);
    return [{ element, position }];
  });
}

/** `Si4+`, `Fe1A`, `CL2` and `O2-`; deuterium is hydrogen. */
function elementOf(word: string): string | undefined {
  const [letters = ""] = /^[A-Za-z]*/.exec(word) ?? [];
  if (/^[DT]$/.test(letters)) return "H";
  const two = letters.charAt(0).toUpperCase() + letters.charAt(1).toLowerCase();
  return [two, two.charAt(0)].find(isElement);
}

/** The operations that make all atoms of the cell from the sites. */
function symmetryOf(
  source: TextSource,
  block: CifBlock,
  lattice: Mat3,
  sites: readonly Site[],
  settings: SpaceGroupSettings | undefined,
): readonly SymmetryOperation[] {
  const listed = OPERATIONS.map((tag) => block.columns.get(tag)).find((values) => values !== undefined);
  if (listed !== undefined)
    return listed.map(({ text, at: line }) => {
      const operation = parseSymop(text);
      if (operation === undefined) return source.fail(line, "a symmetry operation such as -x,y+1/2,z", text);
      return isIsometry(operation, lattice)
        ? operation
        : source.fail(line, "an operation that leaves the cell as it is: check the cell's angles", text);
    });
  const group = namedSpaceGroup(source, block, settings);
  if (group === undefined) return [IDENTITY];
  const fitting = group.settings
    .map((setting) => setting.operations())
    .filter((operations) => operations.every((operation) => isIsometry(operation, lattice)));
  const [first, ...others] = fitting;
  if (first === undefined) return source.fail(group.at, "a space group that fits the cell", group.said);
  const atoms = generated(lattice, sites, first);
  const isClear = others.every((operations) =>
    isSameCrystal(lattice, atoms, generated(lattice, sites, operations)),
  );
  if (!isClear)
    return source.fail(
      group.at,
      "beside the symmetry operations or the Hall symbol: the group has settings that give different atoms",
      `${group.said} alone`,
    );
  return first;
}

/** Whether the lattice vectors and their sums keep their lengths, to what cells in files are rounded to. */
function isIsometry({ rotation }: SymmetryOperation, lattice: Mat3): boolean {
  const image = (v: Vec3) => norm(rowsVec(lattice, matVec(rotation, v)));
  const probes: readonly Vec3[] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [1, 1, 0],
    [0, 1, 1],
    [1, 0, 1],
  ];
  return probes.every((v) => Math.abs(image(v) / norm(rowsVec(lattice, v)) - 1) < 0.01);
}

/** Every different image of every site. */
function generated(
  lattice: Mat3,
  sites: readonly Site[],
  operations: readonly SymmetryOperation[],
): StructureAtom[] {
  createLattice(lattice); // refuses a singular one
  const atoms: StructureAtom[] = [];
  for (const { element, position } of sites) {
    const centred = stabilised(lattice, position, operations);
    for (const operation of operations) {
      const image = wrapped(imageOf(operation, centred));
      const isNew = !atoms.some(
        (atom) => atom.element === element && distance(lattice, atom.position, image) < SAME_ATOM,
      );
      if (isNew) atoms.push({ element, position: image });
    }
  }
  return atoms;
}

const imageOf = ({ rotation, translation }: SymmetryOperation, x: Vec3): Vec3 =>
  add(matVec(rotation, x), translation);

/** The mean of the images that fall on the position itself: a point of the symmetry element it lies on. */
function stabilised(lattice: Mat3, position: Vec3, operations: readonly SymmetryOperation[]): Vec3 {
  const offsets = operations
    .map((operation) => nearest(sub(imageOf(operation, position), position)))
    .filter((offset) => norm(rowsVec(lattice, offset)) < SAME_ATOM);
  return offsets.length === 0 ? position : add(position, scale(1 / offsets.length, offsets.reduce(add)));
}

const nearest = (x: Vec3): Vec3 => [
  x[0] - Math.round(x[0]),
  x[1] - Math.round(x[1]),
  x[2] - Math.round(x[2]),
];
const distance = (lattice: Mat3, p: Vec3, q: Vec3): number => norm(rowsVec(lattice, nearest(sub(p, q))));

const isSameCrystal = (
  lattice: Mat3,
  one: readonly StructureAtom[],
  other: readonly StructureAtom[],
): boolean =>
  one.length === other.length &&
  one.every((a) =>
    other.some((b) => a.element === b.element && distance(lattice, a.position, b.position) < SAME_ATOM),
  );

/** CIF text without symmetry: `parseCif` gives the same atoms back, in a cell turned so that a lies along x (and mirrored, if left-handed). */
export function formatCif(structure: Structure): string {
  const [a, b, c] = scaleRows(1 / BOHR_PER_ANGSTROM, structure.lattice);
  const angle = (u: Vec3, v: Vec3) =>
    (Math.acos((u[0] * v[0] + u[1] * v[1] + u[2] * v[2]) / (norm(u) * norm(v))) * 180) / Math.PI;
  return [
    `data_${formula(structure)}`,
    ...([a, b, c] as const).map((v, i) => `_cell_length_${"abc"[i]} ${norm(v)}`),
    `_cell_angle_alpha ${angle(b, c)}`,
    `_cell_angle_beta ${angle(a, c)}`,
    `_cell_angle_gamma ${angle(a, b)}`,
    "_space_group_IT_number 1",
    "loop_",
    "_space_group_symop_operation_xyz",
    "'x, y, z'",
    "loop_",
    "_atom_site_label",
    "_atom_site_type_symbol",
    "_atom_site_fract_x",
    "_atom_site_fract_y",
    "_atom_site_fract_z",
    ...structure.atoms.map(
      ({ element, position }, i) => `${element}${i + 1} ${element} ${position.join(" ")}`,
    ),
    "",
  ].join("\n");
}
