import type { RealField } from "../../kernels/fields.ts";
import type {
  Accelerator,
  AcceleratorHistory,
  HistoryPoint,
  Proposal,
  Weigh,
} from "../accelerators/accelerator.ts";

/** What the guard remembers; plain data, part of every checkpoint. */
export interface GuardState {
  /** The point of lowest energy so far: where to go back to. */
  readonly best: HistoryPoint & { readonly energy: number; readonly densityResidual: number };
  /** Factor on the damping, at most 1. */
  readonly factor: number;
  /** Whether the last point was lost and left to the accelerator. */
  readonly isWaiting?: boolean;
}

/** A point of the iteration, seen with its energy. */
export interface GuardedPoint {
  /** The density that was put in. */
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

/** The damping after a fall is at least this part of what was asked for. */
const LEAST = 1 / 256;

/**
 * The accelerator's next density, unless the iteration has run away. A point is lost when its energy lies more than `maxRise` per
 * electron above the lowest so far and its residual is longer than there. After a plain step, and where the point before
 * was lost too, the step is taken back: the iteration starts again at the lowest point without history and with less damping,
 * which doubles with every new lowest energy until it is what was asked for. One lost point after an extrapolation is
 * left to the accelerator, which knows most of the way back by it; to forget its history costs more steps.
 *
 * A damped step changes the energy by −aα + bα², so after a plain one the damping is cut by √(allowed rise/rise), by one
 * half at least; where the accelerator extrapolated too far, forgetting its history is the remedy and one half is enough.
 *
 * The energy of output orbitals is variational: what is far above a value once reached is far from the minimum, and
 * a healthy iteration climbs by less than `maxRise` by far, so that its steps stay the same to the last digit.
 */
export function guardedNext(
  accelerator: Accelerator,
  history: AcceleratorHistory,
  guard: GuardState | undefined,
  point: GuardedPoint,
  damping: number,
): Proposal & {
  readonly guard: GuardState | undefined;
  /** What was used. */
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
