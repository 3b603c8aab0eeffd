import type { RealField } from "../../kernels/fields.ts";
import type {
  Accelerator,
  AcceleratorHistory,
  HistoryPoint,
  Proposal,
  Weigh,
} from "../accelerators/accelerator.ts";

/** Memory of the guard; plain data, part of every checkpoint. */
export interface GuardState {
  /** Point of lowest energy so far. */
  readonly best: HistoryPoint & { readonly energy: number; readonly densityResidual: number };
  /** Factor on the damping, at most 1. */
  readonly factor: number;
  /** Whether the last point was lost and the accelerator continued from it. */
  readonly isWaiting?: boolean;
}

/** Point of the iteration with its energy. */
export interface GuardedPoint {
  /** Input density. */
  readonly input: RealField;
  /** P⁻¹(F(ρ) − ρ) */
  readonly step: RealField;
  /** Free energy of the output orbitals [Ha]. */
  readonly energy: number;
  /** ‖F(ρ) − ρ‖ [bohr^(-3/2)] */
  readonly densityResidual: number;
  readonly electrons: number;
  /** Norm of the accelerator, see `Accelerator.next`. */
  readonly weigh?: Weigh | undefined;
}

/** Smallest damping after reductions, as part of the damping of the options. */
const LEAST = 1 / 256;

/**
 * Returns the accelerator's next density, or returns to the minimum if the iteration ran away. A
 * point is lost when its energy lies more than `maxRise` per electron above the minimum so far and
 * its residual is larger than there. After a plain step, or after two lost points in a row, the
 * iteration restarts at the minimum without history and with less damping, which doubles with every
 * new minimum up to its full value. After a single lost extrapolation the accelerator continues:
 * with its history it finds most of the way back; without it, it would take more steps.
 *
 * A damped step changes the energy by −aα + bα², so after a plain step the damping is cut by
 * √(allowed rise/rise), at least by one half; after an extrapolation the history is dropped, and
 * one half is enough.
 *
 * The energy of output orbitals is variational: an energy far above a former one is far from the
 * minimum. Healthy iterations rise by much less than `maxRise` and are unchanged to the last digit.
 */
export function guardedNext(
  accelerator: Accelerator,
  history: AcceleratorHistory,
  guard: GuardState | undefined,
  point: GuardedPoint,
  damping: number,
): Proposal & {
  readonly guard: GuardState | undefined;
  /** Damping that was used. */
  readonly damping: number;
} {
  const { input, step, energy, densityResidual, electrons, weigh } = point;
  if (accelerator.maxRise === undefined)
    return { ...accelerator.next(history, input, step, damping, weigh), guard: undefined, damping };
  const before = guard ?? { best: { input, step, energy, densityResidual }, factor: 1 };
  const { best } = before;
  const rise = energy - best.energy;
  const allowed = accelerator.maxRise * electrons;
  const isLost = rise > allowed && densityResidual > best.densityResidual;
  const wasPlain = history.length <= 1;
  if (isLost && (wasPlain || before.isWaiting)) {
    const cut = wasPlain ? Math.min(0.5, Math.sqrt(allowed / rise)) : 0.5;
    const factor = Math.max(LEAST, before.factor * cut);
    return {
      ...accelerator.next([], best.input, best.step, damping * factor, weigh),
      guard: { best, factor },
      damping: damping * factor,
    };
  }
  const factor = rise < 0 ? Math.min(1, 2 * before.factor) : before.factor;
  return {
    ...accelerator.next(history, input, step, damping * factor, weigh),
    guard: { best: rise < 0 ? { input, step, energy, densityResidual } : best, factor, isWaiting: isLost },
    damping: damping * factor,
  };
}
