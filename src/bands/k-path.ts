import { OptionError, requireOption } from "../common/failure.ts";
import { mapVec, norm, rowsVec, sub, type Vec3 } from "../common/vec3.ts";
import type { Lattice } from "../model/lattice.ts";
import { prettyLabel, type SpecialPoints, specialPoints } from "./special-points.ts";

/** Name of a k-point. Names at two neighbouring points mark the sides of a jump. */
export interface PathLabel {
  readonly label: string;
  readonly index: number;
}

/** Ordered k-points with names. */
export interface KPath {
  /** Reduced coordinates. */
  readonly kpoints: readonly Vec3[];
  readonly path: readonly PathLabel[];
}

/** Largest distance of equal points, in reduced coordinates. */
const SAME_POINT = 1e-6;

/**
 * Makes the path through special points with `total` k-points, spread by Cartesian length. Every
 * segment has at least one inner point, which distinguishes it from a jump.
 *
 * @param text labels such as `GXLWKG`, pieces separated by `|`. Default the lattice's standard
 *   path.
 * @throws InputError for a label the lattice does not have, or too few points.
 *
 * @example
 * ```ts
 * import { bulk, createLattice, labelledPath } from "stillwave";
 *
 * const { kpoints, path } = labelledPath(createLattice(bulk("Si").lattice), "GXL", 20);
 * console.log(kpoints.length, path.map(({ label }) => label));
 * ```
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
  requireOption(
    Number.isInteger(total) && total >= least,
    "bands",
    (name) =>
      `${name("points")}: must be a whole number of at least ${least} for this path of ${stretches.length} stretches, got ${total}; give more points or a shorter ${name("path")}`,
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
        for (let s = 1; s < n; s++) kpoints.push(mapVec(from, (x, c) => x + ((k[c]! - x) * s) / n));
      }
      path.push({ label: prettyLabel(label), index: kpoints.length });
      kpoints.push(k);
    });
  return { kpoints, path };
}

/** Returns integers of at least 2 with sum `total`, nearly proportional to `lengths`. */
function share(lengths: readonly number[], total: number): number[] {
  const steps = lengths.map(() => 2);
  for (let left = total - 2 * lengths.length; left > 0; left--) {
    // The next point goes to the segment of largest spacing, the first of those equal to rounding.
    const gaps = lengths.map((length, i) => length / steps[i]!);
    const widest = Math.max(...gaps) * (1 - 1e-9);
    steps[gaps.findIndex((gap) => gap >= widest)]!++;
  }
  return steps;
}

/** Parses labels, longest first so that `Z1` is not `Z`; blanks, commas, hyphens may separate. */
function parsePath(text: string, { points, bravais }: SpecialPoints): string[][] {
  const labels = [...points.keys()];
  const words = new Map(labels.flatMap((label) => spellings(label).map((word) => [word, label] as const)));
  const known = [...words.keys()].sort((a, b) => b.length - a.length);
  const fail = (found: string): never => {
    throw new OptionError(
      "bands",
      (name) =>
        `${name("path")}: must be made of ${labels.join(", ")} on this ${bravais.name} lattice, got ${found} in ${JSON.stringify(text)}; such as ${labels.slice(0, 3).join("")}`,
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

/** Returns given k-points, named if they are special up to reciprocal lattice vectors. */
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
 * Parses k-points such as `0.5,0,0.5;0,0,0`: reduced coordinates, points separated by semicolons.
 * Fractions such as `1/3` are allowed.
 *
 * @throws InputError for anything else.
 */
export function parseKpoints(text: string): Vec3[] {
  return text.split(";").map((point): Vec3 => {
    const numbers = point.split(",").map(fraction);
    requireOption(
      numbers.length === 3 && numbers.every(Number.isFinite),
      "bands",
      (name) =>
        `${name("kpoints")}: must be points of three reduced coordinates apart by semicolons, got ${JSON.stringify(point)}; such as "0.5,0,0.5;0,0,0"`,
    );
    requireOption(
      numbers.every((x) => Math.abs(x) <= 1000),
      "bands",
      (name) =>
        `${name("kpoints")}: coordinates must be within ±1000, got ${JSON.stringify(point)}; they count reciprocal vectors`,
    );
    return numbers as unknown as Vec3;
  });
}

function fraction(word: string): number {
  const [p = "", q, more] = word.trim().split("/");
  if (more !== undefined || p.trim() === "" || q?.trim() === "") return Number.NaN;
  return Number(p) / (q === undefined ? 1 : Number(q));
}
