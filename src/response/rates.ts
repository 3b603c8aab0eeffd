/**
 * Convergence of ρ ← ρ + α P⁻¹(F(ρ) − ρ) as predicted by the extreme eigenvalues of P⁻¹ε†: near the
 * fixed point a step multiplies the error by 1 − α P⁻¹ε†. Estimates as good as the eigenvalues
 * [HL21 sec. 2].
 */
export interface PredictedRates {
  /** κ = λ_max/λ_min. */
  readonly condition: number;
  /** α = 2/(λ_min + λ_max), which gives the best damped rate. */
  readonly optimalDamping: number;
  /** 2/λ_max: the damped iteration converges for smaller α. */
  readonly largestDamping: number;
  /** Factor of the error per step at the optimal damping: (κ − 1)/(κ + 1). */
  readonly dampedRate: number;
  /** The same for Anderson acceleration, as for GMRES: (√κ − 1)/(√κ + 1). */
  readonly andersonRate: number;
}

/** Returns the rates for 0 < λ_min ≤ λ_max; null for λ_min ≤ 0, where no damping converges. */
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

/** Returns max |1 − αλ|, the rate of the damped iteration at any damping. */
export const dampedRate = (damping: number, lambdaMin: number, lambdaMax: number): number =>
  Math.max(Math.abs(1 - damping * lambdaMin), Math.abs(1 - damping * lambdaMax));

/**
 * Returns the observed factor of the error per step: the geometric mean of the ratios of successive
 * residuals over the last steps, at most half of all. Their number is even: at the optimal damping
 * one of the two slowest errors alternates in sign. Undefined for fewer than four residuals.
 */
export function observedRate(residuals: readonly number[], window = 8): number | undefined {
  const steps = 2 * Math.floor(Math.min(window, residuals.length / 2) / 2);
  const [before, after] = [residuals.at(-1 - steps), residuals.at(-1)];
  if (steps < 2 || before === undefined || after === undefined || !(before > 0)) return undefined;
  return (after / before) ** (1 / steps);
}
