import type { Vec3 } from "../../common/vec3.ts";
import { rootAbove } from "../../interval/norms.ts";
import { exact } from "../../interval/sides.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { applyEnclosed } from "../apply/apply-enclosed.ts";
import { localTail } from "../apply/local-tail.ts";
import { trialPanel } from "../apply/trial-panel.ts";
import type { BandProposal } from "../certify/certify-bands.ts";
import { type EnclosedProblem, leadingSet, type WaveSet, waveSet } from "../problem/enclosed-hamiltonian.ts";
import { ALL } from "../problem/potential-table.ts";
import { projectorTail } from "../problem/projectors.ts";
import { embedded, improveVectors } from "./improve-vectors.ts";
import { projectorReach } from "./outer-cutoff.ts";
import { proposeCount } from "./propose-count.ts";

/**
 * How to look for a proposal. A bad choice makes a certified result wide or absent, never wrong.
 */
export interface ProposalOptions {
  /** Cutoff of the trial vectors [Ha], the largest one where `enough` says when to stop before. */
  readonly cutoff: number;
  /** Residual norm that ends the iteration [Ha]. Default 1e-6, or what `enough` asks for. */
  readonly tolerance?: number;
  /** Most steps of the iteration. Default 60. */
  readonly steps?: number;
  /** Climbs by factors of 3/2 until `nBands` widths are expected to be below `width` [Ha]. */
  readonly enough?: { readonly from: number; readonly width: number; readonly nBands: number };
}

/**
 * Looks for everything `certifyBands` needs: a count at the least cutoff at which elimination
 * proves one, then trial vectors at the wanted cutoff, far beyond it.
 *
 * @throws NotConvergedError if no count can be proved.
 */
export function proposeBands(
  kernels: Kernels,
  problem: EnclosedProblem,
  k: Vec3,
  nBands: number,
  options: ProposalOptions,
): BandProposal {
  const { count } = proposeCount(kernels, problem, k, nBands);
  return { k, count, trial: proposeTrial(kernels, problem, k, count, options) };
}

/**
 * Finds trial vectors by block iterations from the count's basis on, each cutoff from the one
 * before.
 */
export function proposeTrial(
  kernels: Kernels,
  problem: EnclosedProblem,
  k: Vec3,
  count: BandProposal["count"],
  options: ProposalOptions,
): BandProposal["trial"] {
  const { cutoff, steps = 60, enough } = options;
  const { m, rho } = count;
  const tolerance = options.tolerance ?? (enough === undefined ? 1e-6 : sufficientTolerance(enough.width));
  let { vectors } = count;
  for (const level of enough === undefined ? quadrupled(count.cutoff, cutoff) : climb(enough.from, cutoff)) {
    const isLast = level === cutoff;
    const wide = waveSet(problem, k, beyond(level, FIRST_REACH));
    const set = leadingSet(wide, level);
    const limits = { tolerance: isLast || enough ? tolerance : Math.max(tolerance, ROUGH), steps };
    const trial = improveVectors(kernels, problem, set, m, embedded(vectors, m, set.waves.count), limits);
    ({ vectors } = trial);
    if (!isLast && enough === undefined) continue;
    const shell = shellResiduals(kernels, problem, wide, set, m, vectors);
    const isEnough = shell
      .slice(0, enough?.nBands ?? 0)
      .every(
        (size, j) =>
          size < NOTHING || (1.5 * size * size) / (rho - trial.values[j]!) < (enough?.width ?? Infinity),
      );
    if (!isLast && !isEnough) continue;
    const outerCutoff = sufficientOuterCutoff(problem, set, m, vectors, shell);
    return { cutoff: level, outerCutoff, vectors, values: trial.values };
  }
  throw new Error("bug: no cutoff to try");
}

/** Residuals below this [Ha] are not worth their steps where the cutoff is to be raised. */
const ROUGH = 1e-3;

/** r with r²/(ρ − θ) a twentieth of the width that is asked for. */
const sufficientTolerance = (width: number): number => Math.min(ROUGH, Math.sqrt(0.05 * width * TYPICAL_GAP));

/** ρ − θ of the highest wanted band, about [Ha]. */
const TYPICAL_GAP = 0.05;

/** cutoff/4ⁿ, …, cutoff, those that are above `from`. */
function quadrupled(from: number, cutoff: number): number[] {
  const levels = [cutoff];
  while (levels[0]! / 4 > 1.2 * from) levels.unshift(levels[0]! / 4);
  return levels;
}

/** from, 3/2 from, …, cutoff. */
function climb(from: number, cutoff: number): number[] {
  const levels: number[] = [];
  for (let level = from; level < cutoff; level *= 1.5) levels.push(level);
  return [...levels, cutoff];
}

/** ½(√(2E) + d)². */
const beyond = (energy: number, distance: number): number => (Math.sqrt(2 * energy) + distance) ** 2 / 2;

/** Most of what the potential carries beyond a sphere lies within this [bohr⁻¹]. */
const FIRST_REACH = 2;

/** ‖Hu‖ just outside the trial space, per column [Ha]: the potential's part, solved inside. */
function shellResiduals(
  kernels: Kernels,
  problem: EnclosedProblem,
  wide: WaveSet,
  set: WaveSet,
  m: number,
  vectors: Float64Array,
): number[] {
  const [rows, n] = [set.waves.count, wide.waves.count];
  const { values } = applyEnclosed(kernels, problem, wide, trialPanel(rows, m, vectors), {
    withTails: false,
  });
  return Array.from({ length: m }, (_, j) => {
    let sum = 0;
    for (let i = 2 * (n * j + rows); i < 2 * n * (j + 1); i++) sum += values[i]! * values[i]!;
    return Math.sqrt(sum);
  });
}

/** The least cutoff of residuals beyond which the rest of Hu is small beside `shell`. */
function sufficientOuterCutoff(
  problem: EnclosedProblem,
  { waves }: WaveSet,
  m: number,
  vectors: Float64Array,
  shell: readonly number[],
): number {
  const from = Math.sqrt(2 * waves.outside);
  const u = trialPanel(waves.count, m, vectors);
  if (problem.table.sumBeyond(ALL) === 0 && problem.channels.length === 0) return (from * from) / 2;
  const isSmall = (radius: number): boolean => {
    const nonlocal = nonlocalTail(problem, radius);
    return shell.every(
      (size, j) =>
        Math.sqrt(m) * (nonlocal + localTail(problem, waves, exact(radius), u, j)) <
        Math.max(0.3 * size, NOTHING),
    );
  };
  let radius = Math.max(from + FIRST_REACH, projectorReach(problem));
  while (radius < from + FARTHEST && !isSmall(radius)) radius += 0.5;
  return (radius * radius) / 2;
}

/** Residuals that give widths below rounding [Ha]. */
const NOTHING = 3e-8;
const FARTHEST = 30;

/** An estimate of ‖V_nl u‖ outside a radius for ‖u‖ = 1: Σ |h| n_i. */
function nonlocalTail({ channels, reciprocal }: EnclosedProblem, radius: number): number {
  let sum = 0;
  for (const channel of channels)
    channel.h.forEach((row, i) => {
      const size = row.reduce((total, x) => total + Math.abs(x), 0);
      sum += size * rootAbove(projectorTail(channel, i, reciprocal, exact(radius)));
    });
  return sum;
}
