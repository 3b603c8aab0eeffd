import type { Vec3 } from "../../common/vec3.ts";
import { PI } from "../../interval/constants.ts";
import {
  add,
  div,
  type Interval,
  interval,
  lowerEnd,
  mul,
  power,
  scale,
  sub,
  upperEnd,
} from "../../interval/interval.ts";
import { rootBelow } from "../../interval/norms.ts";
import {
  type Above,
  type Below,
  differenceBelow,
  exact,
  maxAbove,
  productAbove,
  provedAbove,
  quotientAbove,
  SumAbove,
  sumAbove,
} from "../../interval/sides.ts";
import { type EnclosedProblem, waveSet } from "../problem/enclosed-hamiltonian.ts";
import { ALL } from "../problem/potential-table.ts";
import { nonlocalDepth } from "../problem/projectors.ts";
import { isListable, listSize, planeWavesBelow, type Reciprocal } from "../problem/reciprocal.ts";

/** A bound α + βt of a norm by the kinetic energy t [√Ha, and 1/√Ha for β]. */
export interface NormBound {
  readonly alpha: Above;
  readonly beta: Above;
}

/** More are not listed for a sum. */
const MOST_WAVES = 1e5;
/** ½|G|² at the edge of S that is not made smaller [Ha]. */
const LEAST_EDGE = 1e-3;

/**
 * Bounds the Coulomb norm of the density of a normalised orbital u by its kinetic energy t, for
 * every u at every k (docs/bounds.md, Lemma 12): D(|u|²,|u|²)^{1/2} ≤ α + βt with
 *
 *   α = (a + s²)/2s, β = b/2s, a = (4π/Ω) Σ_S |G|⁻², b = (32π/Ω) Σ_{G≠0 not in S} |G|⁻⁴.
 *
 * @param typical t at which it is to be sharp [Ha]: s² is a + bt and S is |G|² ≤ 8t, in a cell so
 *   large that too many waves are there a smaller sphere
 * @returns infinite numbers for needles and plates that have too many waves in any sphere
 */
export function orbitalNorm(reciprocal: Reciprocal, typical: number): NormBound {
  const energyOf = (edge: number): number =>
    (1.5 * Math.sqrt(2 * edge) + 6 * reciprocal.coveringRadius) ** 2 / 2;
  let near = 4 * typical; // of ½|G|²
  while (near > LEAST_EDGE && listSize(reciprocal, energyOf(near)).waves > MOST_WAVES) near /= 2;
  if (!isListable(reciprocal, energyOf(near)))
    return { alpha: exact(Number.POSITIVE_INFINITY), beta: exact(Number.POSITIVE_INFINITY) };
  const waves = planeWavesBelow(reciprocal, [0, 0, 0], energyOf(near));
  const [inner, outer] = [new SumAbove(), new SumAbove()];
  for (let i = 0; i < waves.count; i++) {
    if (waves.g[3 * i] === 0 && waves.g[3 * i + 1] === 0 && waves.g[3 * i + 2] === 0) continue;
    const kinetic = differenceBelow(exact(waves.kinetic[i]!), provedAbove(waves.kineticError[i]!));
    const inverse = quotientAbove(exact(0.5), kinetic); // |G|⁻²
    if (waves.kinetic[i]! <= near) inner.add(inverse);
    else outer.addSquare(inverse);
  }
  const beyond = inverseFourths(reciprocal, rootBelow(lowerEnd(scale(2, interval(waves.outside)))));
  const factor = div(scale(4, PI), reciprocal.volume);
  const a = productAbove(upperEnd(factor), inner.value);
  const b = productAbove(upperEnd(scale(8, factor)), sumAbove(outer.value, beyond));
  const s = exact(Math.sqrt(a + b * typical));
  return {
    alpha: quotientAbove(sumAbove(a, productAbove(s, s)), exact(2 * s)),
    beta: quotientAbove(b, exact(2 * s)),
  };
}

/**
 * Σ |G|⁻⁴ over |G| ≥ R by Lemma 1, from above: (4π/Ω*) (1/A + δ/A² + δ²/3A³), A = R − 2δ.
 */
export function inverseFourths({ coveringRadius, reciprocalVolume }: Reciprocal, radius: Below): Above {
  const delta = interval(coveringRadius);
  const from = sub(interval(radius), scale(2, delta));
  const term = (n: number): Interval => div(power(delta, n), power(from, n + 1));
  const sum = add(add(term(0), term(1)), div(term(2), interval(3)));
  return upperEnd(mul(div(scale(4, PI), reciprocalVolume), sum));
}

/**
 * A number C with V ⪰ −C at k, V the whole potential without its constant: ‖W‖₁, and what
 * projectors of an indefinite h take.
 *
 * @param cutoff of the plane waves on which the projectors are summed one by one [Ha]
 */
export const potentialDepth = (problem: EnclosedProblem, k: Vec3, cutoff: number): Above =>
  sumAbove(
    problem.table.sumBeyond(ALL),
    nonlocalDepth(problem.channels, waveSet(problem, k, cutoff).tails(0)),
  );

/** Ends of the interval of a level [Ha]. */
export interface LevelBounds {
  readonly lower: Below;
  readonly upper: Above;
}

/** Enclosed levels 1, 2, … of the stored operator at a k-point. */
export interface StoredLevels {
  readonly levels: readonly LevelBounds[];
  /** C. */
  readonly depth: Above;
}

/**
 * Encloses the levels of the self-consistent operator h + V_H[ρ*] from those of h + V₀
 * (docs/bounds.md, Theorem 6), with δ ≥ ‖ρ* − ρ₀‖ and V_0 the mean of V₀:
 *
 *   |λ_i(h + V_H[ρ*]) − (λ_i(h + V₀) − V_0)| ≤ δ (α + β (λ_i(h + V₀) − V_0 + C))
 *
 * @param densityError δ [√Ha]
 * @returns undefined unless δβ < 1
 */
export function selfConsistentBands(
  { reciprocal, table: { constant } }: EnclosedProblem,
  points: readonly StoredLevels[],
  densityError: Above,
): LevelBounds[][] | undefined {
  const withoutMean = points.map(({ levels, depth }) => ({
    depth,
    levels: levels.map(({ lower, upper }) => ({
      lower: lowerEnd(sub(interval(lower), constant)),
      upper: upperEnd(sub(interval(upper), constant)),
    })),
  }));
  const highest = withoutMean.flatMap(({ levels, depth }) =>
    levels.map(({ upper }) => sumAbove(upper, depth)),
  );
  const { alpha, beta } = orbitalNorm(reciprocal, maxAbove(exact(1e-3), ...highest));
  if (!(productAbove(densityError, beta) < 1)) return undefined;
  return withoutMean.map(({ levels, depth }) => {
    const change = (level: number): Interval =>
      mul(
        interval(densityError),
        add(interval(alpha), mul(interval(beta), add(interval(level), interval(depth)))),
      );
    return levels.map(({ lower, upper }) => ({
      lower: lowerEnd(sub(interval(lower), change(lower))),
      upper: upperEnd(add(interval(upper), change(upper))),
    }));
  });
}
