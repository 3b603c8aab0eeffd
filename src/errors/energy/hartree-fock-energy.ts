import { requireInput } from "../../common/failure.ts";
import { PI } from "../../interval/constants.ts";
import {
  add,
  ball,
  div,
  type Interval,
  interval,
  lowerEnd,
  mul,
  scale,
  sqr,
  sub,
  ZERO,
} from "../../interval/interval.ts";
import type { Below } from "../../interval/sides.ts";
import type { BandEnclosure, NotCertified } from "../certify/band-enclosure.ts";
import type { ExactProblem } from "../problem/exact-problem.ts";
import { encloseReciprocal } from "../problem/reciprocal.ts";

/** Bands of one k-point of a mesh, and how many k-points of the full mesh it stands for. */
export interface WeightedBands {
  readonly multiplicity: number;
  readonly bands: readonly Pick<BandEnclosure, "lower">[];
}

/** A number that the energy of every state certainly exceeds, or equals [Ha]. */
export interface EnergyBound {
  readonly kind: "bound";
  readonly lower: Below;
}

/**
 * Lower bound of the reduced Hartree-Fock energy E(γ) = Tr(hγ) + ½D(ρ,ρ) at zero temperature on a
 * k-mesh (docs/bounds.md, Theorem 3), from the bands of h + V₀ with any V₀ = Σ_G V_G e^{iGr}, near
 * the mean-field potential or not:
 *
 *   E ≥ min {Σ_k w_k Σ_i f_ki λ_i(h_k + V₀) : 0 ≤ f ≤ 2, Σ w f = N}
 *         − N V_0 − (Ω/8π) Σ_{G≠0} |G|² |V_G|²
 *
 * Metals and insulators alike: the minimum grows with every level, so the lower ends are filled
 * from below. What Ewald and the pseudopotentials' constants add is left out.
 *
 * @param problem the frozen problem whose coefficients are V₀; its bands are those enclosed
 * @param points lowest bands of each k-point, one more than are ever filled
 * @param electrons N, whole
 */
export function hartreeFockEnergyBelow(
  problem: Extract<ExactProblem, { kind: "frozen" }>,
  points: readonly WeightedBands[],
  electrons: number,
): EnergyBound | NotCertified {
  requireInput(
    Number.isInteger(electrons) && electrons > 0 && points.length > 0,
    () => `energy bound: electrons and a k-point are needed, got ${electrons} and ${points.length}`,
  );
  requireInput(
    points.every(({ multiplicity }) => Number.isInteger(multiplicity) && multiplicity > 0),
    () => `energy bound: a whole multiplicity is needed at every k-point`,
  );
  const mesh = points.reduce((sum, { multiplicity }) => sum + multiplicity, 0);
  const levels = points
    .flatMap(({ bands, multiplicity }) => bands.map(({ lower }) => ({ lower, multiplicity })))
    .sort((a, b) => a.lower - b.lower);
  // bands that are not listed lie above the last listed lower end of their k-point
  const known = Math.min(...points.map(({ bands }) => bands.at(-1)?.lower ?? -Infinity));
  requireInput(
    Number.isSafeInteger(2 * mesh) && Number.isSafeInteger(electrons * mesh),
    () => `energy bound: electrons and multiplicities must multiply exactly, got ${electrons} and ${mesh}`,
  );
  let left = electrons * mesh;
  let sum: Interval = ZERO;
  for (const { lower, multiplicity } of levels) {
    if (left === 0) break;
    if (lower > known)
      return {
        kind: "not-certified",
        reason: `bands above ${known} Ha are not enclosed at every k-point; more bands are needed`,
      };
    const filling = Math.min(left, 2 * multiplicity);
    sum = add(sum, scale(filling, interval(lower)));
    left -= filling;
  }
  if (left > 0)
    return {
      kind: "not-certified",
      reason: "more electrons than enclosed bands hold; more bands are needed",
    };
  const { repulsion, mean } = selfRepulsion(problem);
  return {
    kind: "bound",
    lower: lowerEnd(sub(sub(div(sum, interval(mesh)), scale(electrons, mean)), repulsion)),
  };
}

/** V₀'s mean and ½D(ρ₀,ρ₀) = (Ω/8π) Σ_{G≠0} |G|² |V_G|², ρ₀ the density behind V₀ − V_0. */
export function selfRepulsion({ lattice, coefficients }: Extract<ExactProblem, { kind: "frozen" }>): {
  repulsion: Interval;
  mean: Interval;
} {
  const reciprocal = encloseReciprocal(lattice);
  let [sum, mean]: [Interval, Interval] = [ZERO, ZERO];
  for (const { g, re, im } of coefficients) {
    if (g.every((n) => n === 0)) {
      mean = interval(re);
      continue;
    }
    const { value, error } = reciprocal.kinetic([0, 0, 0], g[0], g[1], g[2]); // ½|G|²
    sum = add(sum, mul(scale(2, ball(value, error)), add(sqr(interval(re)), sqr(interval(im)))));
  }
  return { repulsion: mul(div(reciprocal.volume, scale(8, PI)), sum), mean };
}
