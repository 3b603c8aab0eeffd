import type { Vec3 } from "../common/vec3.ts";
import { rootAbove } from "../interval/accumulated.ts";
import { div, interval } from "../interval/interval.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { applyEnclosed } from "./apply-enclosed.ts";
import type { BandProposal } from "./certify-bands.ts";
import { type EnclosedProblem, leadingSet, type WaveSet, waveSet } from "./enclosed-hamiltonian.ts";
import { gthProjectorEnvelope } from "./gth-enclosure.ts";
import { embedded, improveVectors, type TrialVectors } from "./improve-vectors.ts";
import { latticeTail } from "./lattice-tail.ts";
import { localTail, projectorReach } from "./outer-cutoff.ts";
import { proposeCount } from "./propose-count.ts";

/** How a proposal is sought. Nothing here can make a certified result wrong, only wide or absent. */
export interface ProposalOptions {
  /** Cutoff of the trial vectors [Ha]. */
  readonly cutoff: number;
  /** Residual norm within that cutoff at which their iteration ends [Ha]. Default 1e-6. */
  readonly tolerance?: number;
  /** Most steps of the iteration. Default 60. */
  readonly steps?: number;
}

/**
 * Looks for everything `certifyBands` needs: a count at the least cutoff at which elimination proves one, then trial vectors at the
 * wanted cutoff, far beyond it.
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

/** Trial vectors by a block iteration that climbs from the basis of the count by fourfold cutoffs. */
export function proposeTrial(
  kernels: Kernels,
  problem: EnclosedProblem,
  k: Vec3,
  count: BandProposal["count"],
  { cutoff, tolerance = 1e-6, steps = 60 }: ProposalOptions,
): BandProposal["trial"] {
  const wide = waveSet(problem, k, beyond(cutoff, FIRST_REACH));
  let { vectors } = count;
  let trial: TrialVectors | undefined;
  for (const next of ladder(count.cutoff, cutoff)) {
    const set = leadingSet(wide, next);
    trial = improveVectors(kernels, problem, set, count.m, embedded(vectors, count.m, set.waves.count), {
      tolerance: next < cutoff ? Math.max(tolerance, ROUGH) : tolerance,
      steps,
    });
    ({ vectors } = trial);
  }
  return {
    cutoff,
    outerCutoff: outerCutoff(kernels, problem, wide, leadingSet(wide, cutoff), count.m, vectors),
    vectors,
    values: trial!.values,
  };
}

/** Residuals below this [Ha] are not worth their steps where the cutoff is to be raised. */
const ROUGH = 1e-3;

/** cutoff/4ⁿ, …, cutoff, those that are above `from`. */
function ladder(from: number, cutoff: number): number[] {
  const steps = [cutoff];
  while (steps[0]! / 4 > 1.2 * from) steps.unshift(steps[0]! / 4);
  return steps;
}

/** ½(√(2E) + d)². */
const beyond = (energy: number, distance: number): number => (Math.sqrt(2 * energy) + distance) ** 2 / 2;

/** Most of what the potential carries beyond a sphere lies within this [bohr⁻¹]. */
const FIRST_REACH = 2;

/**
 * The least cutoff up to which residuals must be formed for what lies beyond to matter little: its bound is compared with the residual
 * just outside the trial space.
 */
function outerCutoff(
  kernels: Kernels,
  problem: EnclosedProblem,
  wide: WaveSet,
  set: WaveSet,
  m: number,
  vectors: Float64Array,
): number {
  const rows = set.waves.count;
  if (problem.table.sumBeyond(0) === 0 && problem.channels.length === 0) return beyond(set.waves.outside, 0);
  const { values } = applyEnclosed(kernels, problem, wide, rows, m, vectors, { withTails: false });
  const n = wide.waves.count;
  const shell = Array.from({ length: m }, (_, j) => {
    let sum = 0;
    for (let i = 2 * (n * j + rows); i < 2 * n * (j + 1); i++) sum += values[i]! * values[i]!;
    return Math.sqrt(sum);
  });
  const isSmall = (radius: number): boolean => {
    const nonlocal = nonlocalTail(problem, radius);
    return shell.every(
      (size, j) =>
        Math.sqrt(m) * (nonlocal + localTail(problem, set.waves, radius, rows, vectors, j)) <
        Math.max(0.3 * size, NOTHING),
    );
  };
  const from = Math.sqrt(2 * set.waves.outside);
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
  for (const { atom, l, h } of channels)
    h.forEach((row, i) => {
      const squared = latticeTail(gthProjectorEnvelope(atom.potential, l, i + 1), reciprocal, radius);
      const size = row.reduce((total, x) => total + Math.abs(x), 0);
      sum += size * rootAbove(div(interval(squared), reciprocal.volume).hi);
    });
  return sum;
}
