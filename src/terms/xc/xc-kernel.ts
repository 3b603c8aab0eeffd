import { type Gradient, newVectorField } from "../../basis/gradient.ts";
import type { Functional } from "../../functionals/functional.ts";
import { newRealField, type ReadonlyRealField, type RealField, spinComponent } from "../../kernels/fields.ts";
import type { AddKernel } from "../term.ts";
import { type FunctionalCurvature, functionalCurvature } from "./functional-curvature.ts";

/** Spin pairs (s, t) of σ_st, in the order of the functionals. */
export const SPIN_PAIRS: Readonly<Record<1 | 2, readonly (readonly [number, number])[]>> = {
  1: [[0, 0]],
  2: [
    [0, 0],
    [0, 1],
    [1, 1],
  ],
};

/**
 * Makes the exchange-correlation kernel K = δV_xc/δρ at a density: the derivative of the
 * discretised potential, dependence on gradients included,
 *
 *   K δρ = δe_ρ − ∇·(2 δe_σ ∇ρ + 2 e_σ ∇δρ),   δe_a = Σ_b e_ab δu_b,   δσ = 2 ∇ρ·∇δρ
 *
 * and likewise for two spins. It is linear and self-adjoint.
 *
 * @param rho density with cores [bohr⁻³], shape [nSpin·N].
 * @param gradient discrete gradient of `exchangeCorrelation`; null if no functional needs it.
 */
export function xcKernel(
  functionals: readonly Functional[],
  nSpin: 1 | 2,
  rho: ReadonlyRealField,
  gradient: Gradient | null,
): AddKernel {
  const points = rho.length / nSpin;
  const spins = Array.from({ length: nSpin }, (_, s) => s);
  const component = (f: ReadonlyRealField, s: number) => f.slice(s * points, (s + 1) * points) as RealField;
  const densities = spins.map((s) => component(rho, s));
  if (gradient === null) {
    const { curvatures } = functionalCurvature(functionals, nSpin, densities);
    return (potential, deltaRho) => {
      const deltas = spins.map((s) => component(deltaRho, s));
      for (const s of spins) addProducts(spinComponent(potential, s, points), curvatures[s]!, deltas);
    };
  }
  const gradientsOf = (fields: readonly RealField[]) =>
    fields.map((field) => {
      const out = newVectorField(points);
      gradient.into(out, field);
      return out;
    });
  const gradients = gradientsOf(densities);
  const pairs = SPIN_PAIRS[nSpin];
  const sigma = pairs.map(([s, t]) => dotFields(gradients[s]!, gradients[t]!));
  const curvature = functionalCurvature(functionals, nSpin, [...densities, ...sigma]);
  return (potential, deltaRho) => {
    const deltas = spins.map((s) => component(deltaRho, s));
    const deltaGradients = gradientsOf(deltas);
    const deltaSigma = pairs.map(([s, t]) => {
      const out = dotFields(deltaGradients[s]!, gradients[t]!);
      const other = dotFields(gradients[s]!, deltaGradients[t]!);
      for (let r = 0; r < points; r++) out[r]! += other[r]!;
      return out;
    });
    const changes = [...deltas, ...deltaSigma];
    const flux = fluxes(curvature, nSpin, changes, gradients, deltaGradients);
    const divergence = newRealField(points);
    for (const s of spins) {
      const out = spinComponent(potential, s, points);
      addProducts(out, curvature.curvatures[s]!, changes);
      gradient.divergenceInto(divergence, (c) => flux[s]![c]!);
      for (let r = 0; r < points; r++) out[r]! -= divergence[r]!;
    }
  };
}

/** Returns the change of 2 e_σss ∇ρ_s + e_σst ∇ρ_t for every spin s, t being the other. */
function fluxes(
  { slopes, curvatures }: FunctionalCurvature,
  nSpin: 1 | 2,
  changes: readonly Float64Array[],
  gradients: readonly RealField[][],
  deltaGradients: readonly RealField[][],
): RealField[][] {
  const points = changes[0]!.length;
  const flux = gradients.map(() => newVectorField(points));
  SPIN_PAIRS[nSpin].forEach(([s, t], pair) => {
    const slope = slopes[nSpin + pair]!;
    const change = new Float64Array(points);
    addProducts(change, curvatures[nSpin + pair]!, changes);
    // ∂σ_ss/∂∇ρ_s = 2 ∇ρ_s counts for s twice, ∂σ_st for each of the two once.
    for (const [to, of] of [[s, t], [t, s]] as const) // biome-ignore format: two pairs
      for (let c = 0; c < 3; c++) {
        const out = flux[to]![c]!;
        const g = gradients[of]![c]!;
        const dg = deltaGradients[of]![c]!;
        for (let r = 0; r < points; r++) out[r]! += change[r]! * g[r]! + slope[r]! * dg[r]!;
      }
  });
  return flux;
}

/** out ← out + Σ_b a_b x_b, point by point. */
function addProducts(out: Float64Array, a: readonly Float64Array[], x: readonly Float64Array[]): void {
  a.forEach((values, b) => {
    const xb = x[b]!;
    for (let r = 0; r < out.length; r++) out[r]! += values[r]! * xb[r]!;
  });
}

/** Returns Σ_c a_c b_c at every point, in `out` if it is given. */
export function dotFields(
  [ax, ay, az]: readonly RealField[],
  [bx, by, bz]: readonly RealField[],
  out = newRealField(ax!.length),
): RealField {
  for (let r = 0; r < out.length; r++) out[r] = ax![r]! * bx![r]! + ay![r]! * by![r]! + az![r]! * bz![r]!;
  return out;
}
