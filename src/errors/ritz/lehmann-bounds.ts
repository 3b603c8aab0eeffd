import { upperEnd } from "../../interval/interval.ts";
import type { Below } from "../../interval/sides.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { enclosePencil } from "./interval-pencil.ts";
import { leadingForms, lehmannPencil, lehmannValue, type TrialForms } from "./trial-forms.ts";

/** Lower bounds of the lowest eigenvalues with the ρ and number of leading vectors behind each. */
export type LowerBounds = readonly {
  readonly lower: Below;
  readonly rho: Below;
  readonly vectors: number;
}[];

/**
 * Lower bounds of λ₁ … λ_m from ρ ≤ λ_{m+1} (docs/bounds.md, Theorem 2), then again from the lower
 * bounds just proved: for n < m with a gap above band n, ρ′ = lower_{n+1} ≤ λ_{n+1} serves the
 * first n vectors. Near their own ρ the bands suffer less from rounding; all bounds hold, so the
 * highest is taken.
 */
export function lehmannBounds(kernels: Kernels, forms: TrialForms, rho: Below): LowerBounds | undefined {
  const m = forms.theta.length;
  const first = boundsBelow(kernels, forms, rho);
  if (first === undefined) return undefined;
  const best = first.map((lower) => ({ lower, rho, vectors: m }));
  for (let n = m - 1; n >= 1; n--) {
    const next = best[n]!.lower;
    if (!(next - forms.theta[n - 1]! > LEAST_GAP)) continue;
    boundsBelow(kernels, leadingForms(forms, n), next)?.forEach((lower, i) => {
      if (lower > best[i]!.lower) best[i] = { lower, rho: next, vectors: n };
    });
  }
  return best;
}

/** Gaps below this [Ha] are not tried: they give poor bounds. */
const LEAST_GAP = 0.02;

function boundsBelow(kernels: Kernels, forms: TrialForms, rho: Below): Below[] | undefined {
  const { a, b } = lehmannPencil(forms, rho);
  const kappas = enclosePencil(kernels, a, b);
  if (kappas === undefined || !kappas.enclosures.every(({ hi }) => hi < 0)) return undefined;
  // κ ascends from the eigenvalue nearest to ρ
  return kappas.enclosures.map((kappa) => lehmannValue(rho, upperEnd(kappa))).reverse();
}
