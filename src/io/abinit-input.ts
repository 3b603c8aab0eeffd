import { BOHR_PER_ANGSTROM } from "../common/units.ts";
import { type Mat3, scale, type Vec3 } from "../common/vec3.ts";
import { ELEMENTS } from "../model/elements.ts";
import { type Structure, type StructureAtom, toFractional } from "../model/structure.ts";
import { type TextSource, textSource, toNumber } from "./text-source.ts";

interface Variable {
  readonly at: number;
  readonly values: readonly string[];
}

/**
 * Reads the structure of an ABINIT input: acell with rprim or angdeg, natom, ntypat, typat, znucl, and xred, xcart or
 * xangst; repetitions `3*10.2`, fractions, sqrt() and units as ABINIT takes them. Everything else is passed over.
 *
 * @param name what to call the text in messages, usually its path.
 * @throws InputError with line number, what is expected there and what was found; for several data sets too.
 */
export function parseAbinitInput(text: string, name = "abinit.in"): Structure {
  const source = textSource(text.replace(/[#!].*$/gm, ""), name);
  const variables = variablesOf(source);
  for (const refused of ["structure", "natrd", "spgroup", "nobj"])
    if (variables.has(refused))
      source.fail(
        variables.get(refused)!.at,
        `without ${refused}: the atoms must stand in the input, all of them`,
      );
  for (const [key, { at }] of variables)
    if (/^(acell|rprim|angdeg|xred|xcart|xangst|typat|znucl|natom)[\d?:+*]+$/.test(key))
      source.fail(
        at,
        `a structure for all data sets: ${key.replace(/[\d?:+*]+$/, "")} without a number`,
        key,
      );

  const numbers = (key: string, count: number, none?: readonly number[]): readonly number[] => {
    const found = variables.get(key);
    if (found === undefined)
      return none ?? source.fail(source.lines.length, `an input with ${key}`, `no ${key}`);
    const values = expanded(source, found, key);
    if (values.length < count) source.fail(found.at, `${count} numbers for ${key}`, `${values.length}`);
    return values.slice(0, count);
  };
  const [natom] = numbers("natom", 1, [1]) as [number];
  const [ntypat] = numbers("ntypat", 1, [1]) as [number];
  const typat = numbers("typat", natom, natom === 1 || ntypat === 1 ? Array(natom).fill(1) : undefined);
  const znucl = numbers("znucl", ntypat);
  const elements = znucl.map(
    (z) => ELEMENTS[z - 1] ?? source.fail(variables.get("znucl")!.at, "atomic numbers", `${z}`),
  );
  const lattice = latticeOf(source, variables, numbers);
  const positions = positionsOf(variables, numbers, natom, lattice);
  const spinat = variables.has("spinat") ? numbers("spinat", 3 * natom) : undefined;
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
      if (spinat === undefined) return { element, position };
      return { element, position, magneticMoment: spinat[3 * i + 2]! };
    }),
  };
}

type Numbers = (key: string, count: number, none?: readonly number[]) => readonly number[];

function latticeOf(source: TextSource, variables: ReadonlyMap<string, Variable>, numbers: Numbers): Mat3 {
  const acell = numbers("acell", 3, [1, 1, 1]);
  const scalecart = numbers("scalecart", 3, [1, 1, 1]);
  if (variables.has("angdeg") && variables.has("rprim"))
    source.fail(variables.get("angdeg")!.at, "without rprim: the two say the same");
  const r = variables.has("angdeg")
    ? fromAngles(numbers("angdeg", 3))
    : numbers("rprim", 9, [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  const row = (i: number): Vec3 => [
    acell[i]! * r[3 * i]! * scalecart[0]!,
    acell[i]! * r[3 * i + 1]! * scalecart[1]!,
    acell[i]! * r[3 * i + 2]! * scalecart[2]!,
  ];
  return [row(0), row(1), row(2)];
}

/** Unit vectors with given angles [degrees]: about (1, 1, 1) when they are equal, else a along x and b in the xy plane. */
function fromAngles([alpha, beta, gamma]: readonly number[]): number[] {
  const cosine = (degrees: number) => (degrees === 90 ? 0 : Math.cos((degrees * Math.PI) / 180));
  if (alpha === beta && beta === gamma && alpha !== 90) {
    const axis = Math.sqrt((1 + 2 * cosine(alpha!)) / 3);
    const planar = Math.sqrt(1 - axis * axis);
    return [
      planar,
      0,
      axis,
      -planar / 2,
      (planar * Math.sqrt(3)) / 2,
      axis,
      -planar / 2,
      (-planar * Math.sqrt(3)) / 2,
      axis,
    ];
  }
  const [ca, cb, cg] = [cosine(alpha!), cosine(beta!), cosine(gamma!)];
  const sg = Math.sqrt(1 - cg * cg);
  const y = (ca - cb * cg) / sg;
  return [1, 0, 0, cg, sg, 0, cb, y, Math.sqrt(1 - cb * cb - y * y)];
}

/** Fractional positions; ABINIT's default is the origin. */
function positionsOf(
  variables: ReadonlyMap<string, Variable>,
  numbers: Numbers,
  natom: number,
  lattice: Mat3,
): Vec3[] {
  const vectors = (key: string): Vec3[] => {
    const flat = numbers(key, 3 * natom, Array<number>(3 * natom).fill(0));
    return Array.from({ length: natom }, (_, i): Vec3 => [flat[3 * i]!, flat[3 * i + 1]!, flat[3 * i + 2]!]);
  };
  const fractional = toFractional(lattice);
  if (variables.has("xcart")) return vectors("xcart").map(fractional);
  if (variables.has("xangst")) return vectors("xangst").map((r) => fractional(scale(BOHR_PER_ANGSTROM, r)));
  return vectors("xred");
}

/** Names in lower case with the words up to the next name. Text in quotes is one word. */
function variablesOf(source: TextSource): Map<string, Variable> {
  const variables = new Map<string, { at: number; values: string[] }>();
  let open: { values: string[] } | undefined;
  for (const [at, line] of source.lines.entries())
    for (const [word] of line.matchAll(/"[^"]*"|[^\s,]+/g)) {
      const isName = /^[a-z_]/i.test(word) && !/^(sqrt\(|angstr|bohr|au$|a\.u|nm$)/i.test(word);
      if (isName) {
        const fresh = { at, values: [] };
        variables.set(word.toLowerCase(), fresh);
        open = fresh;
      } else open?.values.push(word);
    }
  return variables;
}

/** Numbers with repetitions written out and a unit at the end applied. */
function expanded(source: TextSource, { at, values }: Variable, key: string): number[] {
  let unit = 1;
  const numbers = values.flatMap((word) => {
    if (/^(angstr|nm)/i.test(word)) {
      unit = /^nm/i.test(word) ? 10 * BOHR_PER_ANGSTROM : BOHR_PER_ANGSTROM;
      return [];
    }
    if (/^(bohr|au$|a\.u)/i.test(word)) return [];
    const repeated = /^(\d+)\*(.+)$/.exec(word);
    const value = amount(repeated?.[2] ?? word);
    if (Number.isNaN(value)) source.fail(at, `numbers for ${key}`, word);
    return Array<number>(repeated === null ? 1 : Number(repeated[1])).fill(value);
  });
  return unit === 1 ? numbers : numbers.map((x) => unit * x);
}

/** `0.25`, `1/4`, `-sqrt(0.75)`. */
function amount(word: string): number {
  const fraction = /^([^/]+)\/([^/]+)$/.exec(word);
  if (fraction !== null) return amount(fraction[1]!) / amount(fraction[2]!);
  const root = /^([+-]?)sqrt\(([^)]+)\)$/i.exec(word);
  if (root !== null) return (root[1] === "-" ? -1 : 1) * Math.sqrt(amount(root[2]!));
  return toNumber(word);
}
