import { InputError, requireInput } from "../common/failure.ts";
import { norm, rowsVec, sub, type Vec3 } from "../common/vec3.ts";
import type { Lattice } from "../model/lattice.ts";
import { prettyLabel, type SpecialPoints, specialPoints } from "./special-points.ts";

/** A name at one of the k-points. Names at two neighbouring points stand on both sides of a jump. */
export interface PathLabel {
  readonly label: string;
  readonly index: number;
}

/** k-points to look at, in order. */
export interface KPath {
  /** Reduced coordinates. */
  readonly kpoints: readonly Vec3[];
  readonly path: readonly PathLabel[];
}

/** Two points further apart than this are not the same, in reduced coordinates. */
const SAME_POINT = 1e-6;

/**
 * The path through special points with `total` k-points, spread by Cartesian length; every stretch has at least one
 * point inside, so that a jump can be told from a stretch.
 *
 * @param text labels such as `GXLWKG`, pieces apart by `|`; the standard path of the lattice without it.
 * @throws InputError for a label the lattice does not have, or too few points.
 */
export function labelledPath(lattice: Lattice, text: string | undefined, total: number): KPath {
  const special = specialPoints(lattice);
  const pieces = text === undefined ? special.path : parsePath(text, special);
  const stretches = pieces.flatMap((piece) =>
    piece.slice(1).map((label, i) => {
      const [from, to] = [special.points.get(piece[i]!)!, special.points.get(label)!];
      return norm(rowsVec(lattice.reciprocal, sub(to, from)));
    }),
  );
  const least = 2 * stretches.length + pieces.length;
  requireInput(
    Number.isInteger(total) && total >= least,
    () =>
      `--points: must be a whole number of at least ${least} for this path of ${stretches.length} stretches, got ${total}; give more points or a shorter --path`,
  );
  const steps = share(stretches, total - pieces.length);
  const kpoints: Vec3[] = [];
  const path: PathLabel[] = [];
  let stretch = 0;
  for (const piece of pieces)
    piece.forEach((label, i) => {
      const k = special.points.get(label)!;
      if (i > 0) {
        const from = special.points.get(piece[i - 1]!)!;
        const n = steps[stretch++]!;
        for (let s = 1; s < n; s++)
          kpoints.push([0, 1, 2].map((c) => from[c]! + ((k[c]! - from[c]!) * s) / n) as unknown as Vec3);
      }
      path.push({ label: prettyLabel(label), index: kpoints.length });
      kpoints.push(k);
    });
  return { kpoints, path };
}

/** Whole numbers of at least 2 that add up to `total` and are as nearly proportional to `lengths` as that allows. */
function share(lengths: readonly number[], total: number): number[] {
  const steps = lengths.map(() => 2);
  for (let left = total - 2 * lengths.length; left > 0; left--) {
    // To the stretch whose points are furthest apart.
    const gaps = lengths.map((length, i) => length / steps[i]!);
    const widest = Math.max(...gaps) * (1 - 1e-9); // equal to rounding is equal: the first of them, in any basis
    steps[gaps.findIndex((gap) => gap >= widest)]!++;
  }
  return steps;
}

/** Pieces of labels. Longer labels go first, so that `Z1` is not read as `Z`; blanks, commas and hyphens may stand between. */
function parsePath(text: string, { points, bravais }: SpecialPoints): string[][] {
  const labels = [...points.keys()];
  const words = new Map(labels.flatMap((label) => spellings(label).map((word) => [word, label] as const)));
  const known = [...words.keys()].sort((a, b) => b.length - a.length);
  const fail = (found: string): never => {
    throw new InputError(
      `--path: must be made of ${labels.join(", ")} on this ${bravais.name} lattice, got ${found} in ${JSON.stringify(text)}; such as ${labels.slice(0, 3).join("")}`,
    );
  };
  const pieces = text.split("|").map((piece) => {
    const found: string[] = [];
    for (let rest = piece.replace(/^[\s,-]+/, ""); rest !== ""; ) {
      const word = known.find((candidate) => rest.startsWith(candidate));
      if (word === undefined) return fail(JSON.stringify(rest[0]));
      found.push(words.get(word)!);
      rest = rest.slice(word.length).replace(/^[\s,-]+/, "");
    }
    return found;
  });
  const isPath = pieces.every((piece) => piece.length >= 2);
  if (!isPath) fail("a piece of fewer than two points");
  for (const piece of pieces)
    if (piece.some((label, i) => i > 0 && label === piece[i - 1])) fail("the same point twice in a row");
  return pieces;
}

function spellings(label: string): string[] {
  const others = label === "G" ? ["Gamma", "GAMMA"] : [];
  return [
    ...new Set([
      label,
      prettyLabel(label),
      prettyLabel(label).replace(/[₀-₉]/g, (d) => `${"₀₁₂₃₄₅₆₇₈₉".indexOf(d)}`),
      ...others,
    ]),
  ];
}

/** k-points as they are given, named where they are special points up to reciprocal lattice vectors. */
export function listedPoints(lattice: Lattice, kpoints: readonly Vec3[]): KPath {
  const { points } = specialPoints(lattice);
  const path = kpoints.flatMap((k, index) => {
    const same = (p: Vec3) => p.every((x, i) => Math.abs(x - k[i]! - Math.round(x - k[i]!)) < SAME_POINT);
    const found = [...points].find(([, point]) => same(point));
    return found === undefined ? [] : [{ label: prettyLabel(found[0]), index }];
  });
  return { kpoints, path };
}

/**
 * k-points from text such as `0.5,0,0.5;0,0,0`: reduced coordinates, points apart by semicolons. Fractions such as
 * `1/3` are read too.
 *
 * @throws InputError for anything else.
 */
export function parseKpoints(text: string): Vec3[] {
  return text.split(";").map((point): Vec3 => {
    const numbers = point.split(",").map(fraction);
    requireInput(
      numbers.length === 3 && numbers.every(Number.isFinite),
      () =>
        `--k: must be points of three reduced coordinates apart by semicolons, got ${JSON.stringify(point)}; such as "0.5,0,0.5;0,0,0"`,
    );
    requireInput(
      numbers.every((x) => Math.abs(x) <= 1000),
      () =>
        `--k: coordinates must be within ±1000, got ${JSON.stringify(point)}; they count reciprocal vectors`,
    );
    return numbers as unknown as Vec3;
  });
}

function fraction(word: string): number {
  const [p = "", q, more] = word.trim().split("/");
  if (more !== undefined || p.trim() === "" || q?.trim() === "") return Number.NaN;
  return Number(p) / (q === undefined ? 1 : Number(q));
}
