import type { Vec3 } from "../../../common/vec3.ts";
import type { Model } from "../../../model/model.ts";
import { isSmeared } from "../../../model/model.ts";
import { smearing } from "../../../model/smearing.ts";
import { ERROR_QUANTITIES, type ErrorQuantity, rows } from "../../../refine/parts.ts";
import type { Accuracy } from "../../schema/accuracy.ts";
import type { ResultFile } from "../scf/result.ts";
import {
  type AccuracyReport,
  type AccuracyRound,
  AIMED_PARTS,
  type AimedPart,
  type QuantityErrors,
  type RunValues,
} from "./accuracy-result.ts";
import { fallingExponent, ladderErrors } from "./predict.ts";

/** Makes errors, quantity by quantity, leaving out what is not known. */
export const errorsOf = (of: (quantity: ErrorQuantity) => number | undefined): QuantityErrors =>
  Object.fromEntries(
    ERROR_QUANTITIES.flatMap((quantity) => {
      const error = of(quantity);
      return error === undefined ? [] : [[quantity, error]];
    }),
  );

/** Largest length of a row of the difference of two lists of vectors. */
const apart = (a: RunValues["forces"], b: RunValues["forces"]): number | undefined =>
  a && b && rows(a, b).error;

/** How far two runs of the same atoms are from each other. */
export const distance = (a: RunValues, b: RunValues, atoms: number): QuantityErrors =>
  errorsOf((quantity) =>
    quantity === "energy" ? Math.abs(a.energy - b.energy) / atoms : apart(a[quantity], b[quantity]),
  );

/** |(a − b) − (c − d)|: how far two settings are from acting each for itself. */
function mixedDifference(
  a: RunValues,
  b: RunValues,
  c: RunValues,
  d: RunValues,
  atoms: number,
): QuantityErrors {
  const plus = (x: RunValues["forces"], y: RunValues["forces"]) =>
    x && y && x.map((row, i) => [row[0] + y[i]![0], row[1] + y[i]![1], row[2] + y[i]![2]] as const);
  return errorsOf((quantity) =>
    quantity === "energy"
      ? Math.abs(a.energy - b.energy - c.energy + d.energy) / atoms
      : apart(plus(a[quantity], d[quantity]), plus(b[quantity], c[quantity])),
  );
}

/** The change of one quantity from a run to another, in all its components. */
function wayOf(quantity: ErrorQuantity, from: RunValues, to: RunValues): number[] {
  if (quantity === "energy") return [to.energy - from.energy];
  const [before, after] = [from[quantity]?.flat() ?? [], to[quantity]?.flat() ?? []];
  return after.map((x, i) => x - before[i]!);
}
const dotOf = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0);

/** A run of a comparison of k-grids. */
export interface KgridRun extends RunValues {
  readonly kgrid: Vec3;
  /** Whether it was run after finer ones: how errors fall is told by the others. */
  readonly isBetween?: boolean;
  /** Plane waves of all k-points on average. */
  readonly planeWaves: number;
}

/**
 * The runs with the energies that they would have if all grids had equally many plane waves at a
 * k-point: at the cutoff the number jumps from one k-point to the next, and the energy with it
 * [FP90].
 *
 * @param slope dA/d ln N of the energy by the number of plane waves [Ha per cell].
 */
const atEqualWaves = <Run extends KgridRun>(runs: readonly Run[], slope: number): Run[] =>
  runs.map((run) => ({ ...run, energy: run.energy - slope * Math.log(run.planeWaves) }));

/** Share of an error by the k-grid that is found at a low cutoff, at least (docs/accuracy.md). */
const AT_LOW_CUTOFF: Readonly<Record<ErrorQuantity, number>> = { energy: 0.8, forces: 0.75, stress: 0.75 };

/**
 * Estimated errors of runs at a low cutoff that differ in their k-grids, coarse ones first, as they
 * are at a high one.
 *
 * @param slope dA/d ln N of the energy by the number of plane waves [Ha per cell].
 */
export function kgridErrors(found: readonly KgridRun[], atoms: number, slope: number): QuantityErrors[] {
  if (found.length < 2) return found.map(() => ({}));
  const ladder = atEqualWaves(found, slope);
  const last = ladder.at(-1)!;
  const far = (runs: readonly RunValues[]) => runs.map((run) => distance(run, last, atoms));
  const errors = ERROR_QUANTITIES.flatMap((quantity) => {
    const series = seriesOf(ladder, quantity, atoms);
    if (series === undefined) return [];
    const { main, n, steps, turns } = series;
    const of = (each: QuantityErrors) => each[quantity]!;
    const remains = ladderErrors(n, far(main).map(of), steps, turns).at(-1)!;
    const all = far(ladder).map(of);
    const errorAt = (i: number) => (Math.max(...all.slice(i)) + remains) / AT_LOW_CUTOFF[quantity];
    return [[quantity, all.map((_, i) => errorAt(i))] as const];
  });
  return ladder.map((_, i) => Object.fromEntries(errors.map(([quantity, each]) => [quantity, each[i]!])));
}

/** How far each grid of a ladder but the first is from the one before it. */
export const kgridChanges = (found: readonly KgridRun[], atoms: number, slope: number): QuantityErrors[] => {
  const main = atEqualWaves(found, slope).filter(({ isBetween }) => isBetween !== true);
  return main.slice(1).map((run, i) => distance(run, main[i]!, atoms));
};

/** p of n^−p by which errors of the grids of a ladder fall; undefined where they do not. */
export function fallOf(
  found: readonly KgridRun[],
  quantity: ErrorQuantity,
  atoms: number,
  slope: number,
): number | undefined {
  const series = seriesOf(atEqualWaves(found, slope), quantity, atoms);
  return series && fallingExponent(series.n, series.steps, series.turns);
}

/** The runs of a ladder that tell how errors fall, with their differences. */
function seriesOf(ladder: readonly KgridRun[], quantity: ErrorQuantity, atoms: number) {
  const main = ladder.filter(({ isBetween }) => isBetween !== true);
  const steps = main.slice(1).map((run, i) => distance(run, main[i]!, atoms)[quantity]);
  if (steps.includes(undefined)) return undefined;
  const axes = ladder.at(-1)!.kgrid.filter((n) => n > 1).length;
  const n = main.map(({ kgrid: [a, b, c] }) => (a * b * c) ** (1 / axes));
  const ways = main.slice(1).map((run, i) => wayOf(quantity, main[i]!, run));
  const turns = ways.slice(1).map((way, i) => dotOf(way, ways[i]!) < 0);
  return { main, n, steps: steps as number[], turns };
}

/** Share by which an error by the basis may differ on a finer k-grid, where that is untested. */
const UNTESTED = 0.25;

/** The runs that say how far a result is from exact. */
export interface Evidence {
  readonly result: AccuracyRound;
  /** At the lowest cutoff on the coarsest k-grid. */
  readonly start: AccuracyRound;
  /** At the cutoff of the result on the coarsest k-grid, with estimated errors. */
  readonly basis: AccuracyRound;
  /** At the lowest cutoff on the k-grid of the result. */
  readonly grid: AccuracyRound;
  /** Errors by the k-grid of the result, at the lowest cutoff. */
  readonly kpoints: QuantityErrors;
  /** Errors by the smearing width. */
  readonly smearing: QuantityErrors;
}

/**
 * Adds up the errors of a result.
 *
 * The errors by basis and k-grid, b and k, were found at other settings of the other. In a result
 * they differ by the part of them that depends on the other. Of the change by the cutoff from that
 * at the start, B, and the change by the k-grid, K, the mixed difference m of the four runs is that
 * part; of what is left it is m b/B + m k/K if it falls as they do. Where the result has the cutoff
 * of the start there is no such difference, and a quarter of b stands for it.
 */
export function errorsOfResult(
  asked: Accuracy,
  { result, start, basis, grid, kpoints, smearing: smeared }: Evidence,
  atoms: number,
): AccuracyReport["errors"] {
  const mixed = mixedDifference(result, basis, grid, start, atoms);
  const byBasis = distance(start, basis, atoms);
  const byGrid = distance(start, grid, atoms);
  const share = (left: number, of: number) => (of > left ? left / of : 1);
  return Object.fromEntries(
    ERROR_QUANTITIES.map((quantity) => {
      const [b, k, m, scf] = [basis.basis, kpoints, mixed, basis.scf].map((each) => each?.[quantity]);
      const fallen = basis.residual > 0 ? result.residual / basis.residual : 1;
      const found: Partial<Record<AimedPart, number | undefined>> = {
        basis: b,
        kpoints: k,
        coupling:
          b === undefined || k === undefined || m === undefined
            ? undefined
            : basis === start && grid !== start
              ? UNTESTED * b
              : m * Math.min(1, share(b, byBasis[quantity]!) + share(k, byGrid[quantity]!)),
        // the energy is wrong in second order of the residual
        scf: scf && scf * (quantity === "energy" ? fallen ** 2 : fallen),
        smearing: smeared[quantity],
      };
      const counted = AIMED_PARTS.filter(
        (part) => part !== "smearing" || (quantity === "energy" && asked.countsSmearing === true),
      ).map((part) => found[part]);
      const error = counted.every((part) => part !== undefined)
        ? { error: counted.reduce((sum, part) => sum + part, 0) }
        : {};
      const parts = Object.fromEntries(Object.entries(found).filter(([, part]) => part !== undefined));
      return [
        quantity,
        { ...(asked[quantity] !== undefined && { asked: asked[quantity] }), ...error, parts },
      ];
    }),
  );
}

/** Error of the energy by the width of the smearing, from the entropy (docs/error-estimates.md). */
export const smearingErrors = ({ energies }: ResultFile, model: Model): QuantityErrors =>
  isSmeared(model)
    ? { energy: Math.abs(energies.entropy ?? 0) / smearing(model.smearing).order / model.atoms.length }
    : { energy: 0, forces: 0, stress: 0 };
