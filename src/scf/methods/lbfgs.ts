/** Vector of the minimisation: one panel for each block. */
export type Panels = readonly Float64Array[];

/** Past step and the change of the gradient over it. */
export interface LbfgsPair {
  readonly step: Panels;
  readonly change: Panels;
  /** ⟨step, change⟩ > 0 */
  readonly curvature: number;
}

/** Returns Σ_blocks w Re⟨a, b⟩. */
export function inner(weights: readonly number[], a: Panels, b: Panels): number {
  let sum = 0;
  a.forEach((x, block) => {
    const y = b[block]!;
    let dot = 0;
    for (let i = 0; i < x.length; i++) dot += x[i]! * y[i]!;
    sum += weights[block]! * dot;
  });
  return sum;
}

/** Returns a + t b as new panels. */
export const combined = (a: Panels, t: number, b: Panels): Float64Array[] =>
  a.map((x, block) => {
    const y = b[block]!;
    const out = new Float64Array(x.length);
    for (let i = 0; i < out.length; i++) out[i] = x[i]! + t * y[i]!;
    return out;
  });

/**
 * Returns −B⁻¹g by the two-loop recursion of limited-memory BFGS [Noc80] in the metric ⟨,⟩ of
 * `weights`. The initial inverse Hessian is γK with a self-adjoint K and γ = ⟨s, y⟩/⟨y, Ky⟩ of the
 * newest pair.
 *
 * @param pairs oldest first.
 * @param precondition K.
 */
export async function lbfgsDirection(
  weights: readonly number[],
  pairs: readonly LbfgsPair[],
  gradient: Panels,
  precondition: (x: Panels) => Promise<Panels>,
): Promise<Panels> {
  let q: Panels = gradient;
  const alphas = pairs.map(() => 0);
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { step, change, curvature } = pairs[i]!;
    alphas[i] = inner(weights, step, q) / curvature;
    q = combined(q, -alphas[i]!, change);
  }
  let r: Panels = await precondition(q);
  const newest = pairs.at(-1);
  if (newest !== undefined) {
    const { change, curvature } = newest;
    const gamma = curvature / inner(weights, change, await precondition(change));
    r = r.map((x) => x.map((value) => gamma * value));
  }
  pairs.forEach(({ step, change, curvature }, i) => {
    r = combined(r, alphas[i]! - inner(weights, change, r) / curvature, step);
  });
  return r.map((x) => x.map((value) => -value));
}
