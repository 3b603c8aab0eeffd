import { ELEMENTS } from "../../../atoms/elements.ts";
import { BOHR_PER_ANGSTROM } from "../../../common/units.ts";
import { type Mat3, scale, type Vec3 } from "../../../common/vec3.ts";
import { rowsOfAngles } from "../../../model/lattice.ts";
import {
  MOST_ATOMS,
  type StructureAtom,
  type StructureInFile,
  toFractional,
} from "../../../model/structure.ts";
import { type TextSource, textSource, toNumber } from "../../text-source.ts";
import { axisWarning, collinearMoments } from "../collinear-moments.ts";
import type { StructureFormat } from "../structure-format.ts";
import { refuseUnknown } from "../unknown-variable.ts";
import { ABINIT_VARIABLES } from "./abinit-variables.ts";

interface Variable {
  readonly at: number;
  readonly values: readonly string[];
}

/** What is read. */
const READ =
  /^(acell|rprim|angdeg|scalecart|natom|ntypat|npsp|typat|znucl|xred|xcart|xangst|spinat|nsppol|nspden|nspinor|cellcharge|charge|ntypalch|ndtset|nimage|natrd)$/;
/** What makes other atoms or another cell than are listed, unless it is idle: zero, or 1 copy. */
const REFUSED = [
  "structure",
  "xyzfile",
  "include",
  "mixalch",
  "algalch",
  "nobj",
  "vacnum",
  "supercell_latt",
  "random_atpos",
  "brvltt",
  "getcell",
  "getxred",
  "getxcart",
];

/**
 * Reads the structure of an ABINIT input: acell with rprim or angdeg, natom, ntypat, typat, znucl,
 * and xred, xcart or xangst; spinat and cellcharge; repetitions `3*10.2` and `*10.2`, fractions,
 * sqrt() and units. A warning names the other variables.
 *
 * @param name what to call the text in messages, usually its path.
 * @throws InputError with line number, rule and value: where ABINIT stops (unknown units or words,
 *   a variable twice, xred beside xcart, no positions), for several data sets or images, included
 *   files, mixed atoms, and moments that are not collinear.
 */
export function parseAbinitInput(text: string, name = "abinit.in"): StructureInFile {
  const source = textSource(
    text.replace(/"[^"\n]*"|[#!].*$/gm, (found) => (found.startsWith('"') ? found : "")),
    name,
  );
  const variables = variablesOf(source);
  for (const [key, { at }] of variables) {
    const plain = ABINIT_VARIABLES.has(key) ? key : key.replace(/(_(\d*|last)img)?[\d?:+*]*$/, "");
    refuseUnknown(source, plain, at, ABINIT_VARIABLES, "ABINIT");
    if (key !== plain && (READ.test(plain) || REFUSED.includes(plain)))
      source.fail(at, `a structure for all data sets and images: ${plain} alone`, key);
  }
  for (const refused of REFUSED) {
    const { at, values } = variables.get(refused) ?? { at: 0, values: ["0"] };
    const isIdle = refused === "supercell_latt" ? /^(3\*1|1,1,1)$/ : /^0$/;
    if (variables.has(refused) && !isIdle.test(values.join()))
      source.fail(
        at,
        `without ${refused}: cell and atoms must stand in the input, all of them and each one element`,
      );
  }

  const numbers: Numbers = (key, count, none) => {
    const found = variables.get(key);
    if (found === undefined)
      return none ?? source.fail(source.lines.length, `an input with ${key}`, `no ${key}`);
    const values = expanded(source, found, key, count);
    if (values.length < count) source.fail(found.at, `${count} numbers for ${key}`, `${values.length}`);
    if (values.length > count)
      source.warn(found.at, `${key} has ${values.length} numbers, of which ${count} are read`);
    return values.slice(0, count);
  };
  const whole = (key: string, none?: number): number => {
    const [value] = numbers(key, 1, none === undefined ? none : [none]) as [number];
    return Number.isInteger(value) && value > 0
      ? value
      : source.fail(variables.get(key)!.at, `a positive whole number for ${key}`, `${value}`);
  };
  const natom = whole("natom");
  if (natom > MOST_ATOMS) source.fail(variables.get("natom")!.at, `at most ${MOST_ATOMS} atoms`, `${natom}`);
  const ntypat = whole("ntypat", 1);
  for (const [key, usual] of [
    ["ntypalch", 0],
    ["nimage", 1],
    ["npsp", ntypat],
    ["natrd", natom],
  ] as const)
    if (numbers(key, 1, [usual])[0] !== usual)
      source.fail(
        variables.get(key)!.at,
        key === "natrd"
          ? `all ${natom} atoms in the input: list those that spgroup makes, as the output of ABINIT does`
          : `${usual} for ${key}: mixed atoms and images are not read`,
        source.line(variables.get(key)!.at),
      );
  const typat = numbers("typat", natom, natom === 1 || ntypat === 1 ? Array(natom).fill(1) : undefined);
  const znucl = numbers("znucl", ntypat);
  const elements = znucl.map(
    (z) => ELEMENTS[z - 1] ?? source.fail(variables.get("znucl")!.at, "atomic numbers", `${z}`),
  );
  const lattice = latticeOf(source, variables, numbers);
  const positions = positionsOf(source, variables, numbers, natom, lattice);
  const moments = momentsOf(source, variables, numbers, natom);
  const [charge] = numbers("cellcharge", 1, numbers("charge", 1, [0])) as [number];
  const unread = [...variables.keys()].filter((key) => !READ.test(key) && !REFUSED.includes(key));
  if (unread.length > 0) source.warn(0, `only the structure is read, not ${unread.join(", ")}`);
  return {
    lattice,
    atoms: positions.map((position, i): StructureAtom => {
      const element = elements[typat[i]! - 1];
      if (element === undefined)
        return source.fail(
          variables.get("typat")?.at ?? 0,
          `types from 1 to ${ntypat} in typat`,
          `${typat[i]}`,
        );
      return { element, position, ...(moments === undefined ? {} : { magneticMoment: moments[i]! }) };
    }),
    ...(charge === 0 ? {} : { charge }),
    warnings: source.warnings,
  };
}

/**
 * Reads moments from spinat: along one common axis for nspden 4, else their z components; undefined
 * without magnetisation (nsppol and nspden 1), where ABINIT ignores spinat.
 */
function momentsOf(
  source: TextSource,
  variables: ReadonlyMap<string, Variable>,
  numbers: Numbers,
  natom: number,
): readonly number[] | undefined {
  const [nsppol] = numbers("nsppol", 1, [1]) as [number];
  const [nspden] = numbers("nspden", 1, [nsppol]) as [number];
  const [nspinor] = numbers("nspinor", 1, [1]) as [number];
  if (nspinor === 2)
    source.warn(variables.get("nspinor")!.at, "nspinor 2: spinors and spin-orbit coupling are not read");
  const spinat = variables.get("spinat");
  if (spinat === undefined) {
    if (nsppol === 2)
      source.warn(
        variables.get("nsppol")!.at,
        "nsppol 2 without spinat: no atom has a moment here; give magneticMoment",
      );
    return undefined;
  }
  const flat = numbers("spinat", 3 * natom);
  const vectors = Array.from(
    { length: natom },
    (_, i): Vec3 => [flat[3 * i]!, flat[3 * i + 1]!, flat[3 * i + 2]!],
  );
  if (nspden === 1) {
    source.warn(
      spinat.at,
      "spinat without nsppol 2 or nspden: a run without magnetisation does not use it, nor is it used here",
    );
    return undefined;
  }
  if (nspden !== 4) {
    if (vectors.some(([x, y]) => x !== 0 || y !== 0))
      source.warn(spinat.at, `with nspden ${nspden} only the z components of spinat count, as for ABINIT`);
    return vectors.map(([, , z]) => z);
  }
  const found = collinearMoments(vectors);
  if (found === undefined)
    return source.fail(
      spinat.at,
      "moments along one axis: spin is collinear here",
      "spinat of several directions",
    );
  source.warn(
    spinat.at,
    axisWarning(found) ?? "nspden 4 is computed as collinear, without spin-orbit coupling",
  );
  return found.moments;
}

type Numbers = (key: string, count: number, none?: readonly number[]) => readonly number[];

function latticeOf(source: TextSource, variables: ReadonlyMap<string, Variable>, numbers: Numbers): Mat3 {
  const acell = numbers("acell", 3, [1, 1, 1]);
  if (acell.some((a) => !(a > 0)))
    source.fail(variables.get("acell")!.at, "positive lengths for acell", acell.join(" "));
  const scalecart = numbers("scalecart", 3, [1, 1, 1]);
  if (variables.has("angdeg") && variables.has("rprim"))
    source.fail(variables.get("angdeg")!.at, "without rprim: the two say the same");
  const angles = numbers("angdeg", 3, [90, 90, 90]);
  if (angles.some((angle) => !(angle > 0 && angle < 180)))
    source.fail(variables.get("angdeg")!.at, "angles between 0 and 180 degrees for angdeg", angles.join(" "));
  const r = variables.has("angdeg") ? fromAngles(angles) : numbers("rprim", 9, [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  const row = (i: number): Vec3 => [
    acell[i]! * r[3 * i]! * scalecart[0]!,
    acell[i]! * r[3 * i + 1]! * scalecart[1]!,
    acell[i]! * r[3 * i + 2]! * scalecart[2]!,
  ];
  return [row(0), row(1), row(2)];
}

/**
 * Unit vectors of given angles [degrees]: about (1, 1, 1) if equal, else a ∥ x and b in the xy
 * plane.
 */
function fromAngles([alpha, beta, gamma]: readonly number[]): number[] {
  const cosine = (degrees: number) => (degrees === 90 ? 0 : Math.cos((degrees * Math.PI) / 180));
  if (alpha === beta && beta === gamma && alpha !== 90) {
    const axis = Math.sqrt((1 + 2 * cosine(alpha!)) / 3);
    const planar = Math.sqrt(1 - axis * axis);
    const [x, y] = [planar / 2, (planar * Math.sqrt(3)) / 2];
    return [planar, 0, axis, -x, y, axis, -x, -y, axis];
  }
  return rowsOfAngles([1, 1, 1], [cosine(alpha!), cosine(beta!), cosine(gamma!)]).flat();
}

/** Fractional positions. @throws InputError unless they are given once. */
function positionsOf(
  source: TextSource,
  variables: ReadonlyMap<string, Variable>,
  numbers: Numbers,
  natom: number,
  lattice: Mat3,
): Vec3[] {
  const [key, other] = ["xred", "xcart", "xangst"].filter((each) => variables.has(each));
  if (key === undefined)
    return source.fail(source.lines.length, "an input with positions: xred, xcart or xangst", "none");
  if (other !== undefined)
    source.fail(
      variables.get(other)!.at,
      `positions given once: line ${variables.get(key)!.at + 1} has ${key}`,
      other,
    );
  if (key === "xangst")
    source.warn(variables.get(key)!.at, "xangst is read in angstrom, as by ABINIT 8; ABINIT 9 stops at it");
  const flat = numbers(key, 3 * natom);
  const fractional = toFractional(lattice);
  return Array.from({ length: natom }, (_, i): Vec3 => {
    const x: Vec3 = [flat[3 * i]!, flat[3 * i + 1]!, flat[3 * i + 2]!];
    if (key === "xred") return x;
    return fractional(key === "xangst" ? scale(BOHR_PER_ANGSTROM, x) : x);
  });
}

/** Units as ABINIT knows them, of lengths first. */
const LENGTHS = /^(angstr(om|oms)?|bohrs?|au|nm)$/i;
const UNITS = /^(angstr(om|oms)?|bohrs?|au|nm|ev|mev|ha|hartrees?|ry|rydbergs?|k|t|te?sla|s|sec|second|fs)$/i;

/**
 * Collects names in lower case with the words up to the next name; quoted text is one word.
 *
 * @throws InputError for a repeated name, and a word that is neither a unit nor has a value.
 */
function variablesOf(source: TextSource): Map<string, Variable> {
  const variables = new Map<string, { at: number; values: string[] }>();
  let open: { key: string; at: number; values: string[] } | undefined;
  const close = () => {
    if (open !== undefined && open.values.length === 0)
      source.fail(open.at, "a variable with a value, or a unit: angstrom, bohr or nm for lengths", open.key);
  };
  for (const [at, line] of source.lines.entries())
    for (const [word] of line.matchAll(/"[^"]*"|[^\s,=]+/g)) {
      const isName = /^[a-z_]/i.test(word) && !/^sqrt\(/i.test(word) && !UNITS.test(word);
      if (!isName) {
        if (open === undefined) source.fail(at, "a variable before its value", word);
        open?.values.push(word);
        continue;
      }
      close();
      const key = word.toLowerCase();
      const before = variables.get(key);
      if (before !== undefined) source.fail(at, `the only ${key}: line ${before.at + 1} has one`, word);
      open = { key, at, values: [] };
      variables.set(key, open);
    }
  close();
  return variables;
}

/** Writes out repetitions (`*x` up to `count`) and applies a unit of length at the end. */
function expanded(source: TextSource, { at, values }: Variable, key: string, count: number): number[] {
  const last = values.at(-1) ?? "";
  const hasUnit = /^[a-z]/i.test(last) && !/^sqrt/i.test(last);
  if (hasUnit && !(LENGTHS.test(last) && /^(acell|xcart|xangst)$/.test(key)))
    source.fail(
      at,
      `numbers for ${key}${/^(acell|xcart)$/.test(key) ? " in bohr, angstrom or nm" : ""}`,
      last,
    );
  const unit = !hasUnit || /^(bohr|au)/i.test(last) ? 1 : (/^nm/i.test(last) ? 10 : 1) * BOHR_PER_ANGSTROM;
  if (hasUnit && key === "xangst") source.fail(at, "xangst without a unit: it is in angstrom", last);
  const numbers: number[] = [];
  for (const word of hasUnit ? values.slice(0, -1) : values) {
    const [, times, repeated] = /^(\d*)\*(.+)$/.exec(word) ?? [];
    const value = amount(repeated ?? word);
    if (!Number.isFinite(value)) source.fail(at, `numbers for ${key}`, word);
    const copies = times === "" ? Math.max(0, count - numbers.length) : Number(times ?? 1);
    if (copies > 1e6) source.fail(at, `fewer numbers for ${key}`, word);
    for (let i = 0; i < copies; i++) numbers.push(unit * value);
  }
  return numbers;
}

/** `0.25`, `1/4`, `-sqrt(3/4)`. */
function amount(word: string): number {
  const root = /^([+-]?)sqrt\(([^)]+)\)$/i.exec(word);
  if (root !== null) return (root[1] === "-" ? -1 : 1) * Math.sqrt(amount(root[2]!));
  const fraction = /^([^/]+)\/([^/]+)$/.exec(word);
  if (fraction !== null) return amount(fraction[1]!) / amount(fraction[2]!);
  return toNumber(word);
}

/** Inputs of ABINIT. */
export const abinit: StructureFormat = {
  title: "input of ABINIT",
  endings: [".abi"],
  content: /^[^#!]*\bznucl\b/im,
  parse: parseAbinitInput,
};
