import { applyEnclosed } from "../../src/errors/apply/apply-enclosed.ts";
import { trialPanel } from "../../src/errors/apply/trial-panel.ts";
import type { BandEnclosure } from "../../src/errors/certify/band-enclosure.ts";
import { type BandProposal, certifyBands } from "../../src/errors/certify/certify-bands.ts";
import { type EnclosedProblem, waveSet } from "../../src/errors/problem/enclosed-hamiltonian.ts";
import { countBelow } from "../../src/errors/problem/reciprocal.ts";
import { proposeTrial } from "../../src/errors/propose/propose-bands.ts";
import { residualAbove } from "../../src/errors/published/published-bars.ts";
import { midpoint } from "../../src/interval/interval.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { float32Kernels } from "./float32.ts";

/**
 * How far the exact level can be from the number that the solver gave [Ha], |θ − λ| ≤ |θ − Ritz value| + width of the interval
 * that is proved, and what that consists of.
 */
export interface Bar {
  readonly bar: number;
  readonly discretisation: number;
  readonly algorithm: number;
  /** The rounding of the proof, that of θ, and, of vectors in float32, what their interval is wider. */
  readonly arithmetic: number;
}

/** Levels of a solver in one arithmetic, and the intervals proved, in float64, of its vectors. */
export interface Solved {
  readonly trial: BandProposal["trial"];
  readonly bands: readonly BandEnclosure[];
}

export interface Basis {
  /** [Ha] */
  readonly cutoff: number;
  /** Residual norm that ends the solver [Ha]. */
  readonly tolerance: number;
}

/** Most steps of the solver: in float32 it does not reach a small tolerance. */
const STEPS = 25;

/**
 * Solves for as many bands as are counted, and proves the first of them.
 *
 * @param kernels those of the proof
 * @returns undefined where nothing is proved of what the solver gave
 */
export function solved(
  kernels: Kernels,
  problem: EnclosedProblem,
  { k, count }: Pick<BandProposal, "k" | "count">,
  nBands: number,
  { cutoff, tolerance }: Basis,
  arithmetic: "float64" | "float32" = "float64",
): Solved | undefined {
  const solver = arithmetic === "float32" ? float32Kernels(kernels) : kernels;
  const trial = proposeTrial(solver, problem, k, count, { cutoff, tolerance, steps: STEPS });
  const bands = certifyBands(kernels, problem, { k, count, trial }, nBands);
  return Array.isArray(bands) ? { trial, bands } : undefined;
}

/** The bar of a level, counted from 0, found in float64. */
export function barOf({ table }: EnclosedProblem, { trial, bands }: Solved, i: number): Bar {
  const { lower, upper, ritz, parts } = bands[i]!;
  const { discretisation, algorithmic: algorithm } = parts;
  const rounded = Math.abs(trial.values[i]! + midpoint(table.constant) - ritz);
  return { bar: upper - lower + rounded, discretisation, algorithm, arithmetic: parts.arithmetic + rounded };
}

/** The bar of a level found in float32: of the solver's part, arithmetic is what float64 has not. */
export function float32BarOf(problem: EnclosedProblem, single: Solved, double: Solved, i: number): Bar {
  const own = barOf(problem, single, i);
  const algorithm = Math.min(own.algorithm, double.bands[i]!.parts.algorithmic);
  return { ...own, algorithm, arithmetic: own.arithmetic + (own.algorithm - algorithm) };
}

/**
 * The published bar of the same number and vector: min(‖r‖, ‖r‖²/gap), with the gap as `publishedBars` has it. An estimate.
 */
export function publishedBarOf(
  kernels: Kernels,
  problem: EnclosedProblem,
  k: BandProposal["k"],
  { cutoff, outerCutoff, vectors, values }: BandProposal["trial"],
  gap: number,
  i: number,
): number {
  const set = waveSet(problem, k, outerCutoff);
  const rows = countBelow(set.waves, cutoff);
  const u = trialPanel(rows, values.length, vectors);
  const applied = applyEnclosed(kernels, problem, set, u);
  const radius = residualAbove(applied, u, set.waves.count, values[i]!, i);
  return Math.min(radius, gap > 0 ? (radius * radius) / gap : Infinity);
}
