/**
 * What the extreme eigenvalues of P⁻¹ε† say of the iteration ρ ← ρ + α P⁻¹(F(ρ) − ρ), whose error is multiplied by
 * 1 − α P⁻¹ε† at every step near the fixed point. All are estimates as good as the eigenvalues [HL21 sec. 2].
 */
export interface PredictedRates {
  /** κ = λ_max/λ_min. */
  readonly condition: number;
  /** α = 2/(λ_min + λ_max), where the damped rate is best. */
  readonly optimalDamping: number;
  /** The damped iteration converges for α below 2/λ_max. */
  readonly largestDamping: number;
  /** Error after a step over error before, at the optimal damping: (κ − 1)/(κ + 1). */
  readonly dampedRate: number;
  /** The same for Anderson acceleration, as for GMRES: (√κ − 1)/(√κ + 1). */
  readonly andersonRate: number;
}

/** For 0 < λ_min ≤ λ_max; a λ_min ≤ 0 has no convergent damping: condition and rates are then absent. */
export function predictedRates(lambdaMin: number, lambdaMax: number): PredictedRates | null {
  if (!(lambdaMin > 0)) return null;
  const condition = lambdaMax / lambdaMin;
  const root = Math.sqrt(condition);
  return {
    condition,
    optimalDamping: 2 / (lambdaMin + lambdaMax),
    largestDamping: 2 / lambdaMax,
    dampedRate: (condition - 1) / (condition + 1),
    andersonRate: (root - 1) / (root + 1),
  };
}

/** max |1 − αλ|: the rate of the damped iteration at any damping. */
export const dampedRate = (damping: number, lambdaMin: number, lambdaMax: number): number =>
  Math.max(Math.abs(1 - damping * lambdaMin), Math.abs(1 - damping * lambdaMax));

/**
 * Error reduction per step that a run showed: geometric mean of the ratios of successive residuals over the last steps,
 * at most half of all and an even number of them, since at the optimal damping the sign of one of the two slowest
 * errors alternates. Undefined for fewer than four residuals.
 */
export function observedRate(residuals: readonly number[], window = 8): number | undefined {
  const steps = 2 * Math.floor(Math.min(window, residuals.length / 2) / 2);
  const [before, after] = [residuals.at(-1 - steps), residuals.at(-1)];
  if (steps < 2 || before === undefined || after === undefined || !(before > 0)) return undefined;
  return (after / before) ** (1 / steps);
}
