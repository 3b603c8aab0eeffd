import { requireInput } from "../../common/failure.ts";
import type { Vec3 } from "../../common/vec3.ts";
import { add, ball, type Interval, interval, magnitude, ZERO } from "../../interval/interval.ts";
import { rootAbove } from "../../interval/norms.ts";
import {
  type Above,
  differenceBelow,
  exact,
  productAbove,
  quotientAbove,
  SumAbove,
} from "../../interval/sides.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { applyEnclosed } from "../apply/apply-enclosed.ts";
import { trialPanel } from "../apply/trial-panel.ts";
import type { BandProposal } from "../certify/certify-bands.ts";
import { type EnclosedProblem, waveSet } from "../problem/enclosed-hamiltonian.ts";
import { distanceFromDiagonal } from "../ritz/complex-intervals.ts";
import { type RitzForms, ritzForms } from "../ritz/trial-forms.ts";
import type { FilledOrbitals } from "./filled-density.ts";

/** The first vectors of a k-point as orbitals of a state, and their energies. */
export interface FilledPoint extends Omit<FilledOrbitals, "multiplicity"> {
  /** Tr(S⁻¹ UᴴHU) with H = h + V₀ without its mean: half of what the electrons have [Ha]. */
  readonly trace: Interval;
}

/**
 * Fills the first `n` trial vectors of a proposal, whatever they are: γ_k = 2 U S⁻¹ Uᴴ is twice a
 * projection. Undefined where they are not certainly independent.
 *
 * @throws InputError for vectors that do not fit the plane waves of the cutoff
 */
export function fillPoint(
  kernels: Kernels,
  problem: EnclosedProblem,
  k: Vec3,
  { cutoff, vectors, values }: Pick<BandProposal["trial"], "cutoff" | "vectors" | "values">,
  n: number,
): FilledPoint | undefined {
  const set = waveSet(problem, k, cutoff);
  const rows = set.waves.count;
  requireInput(
    n >= 1 && n <= values.length && vectors.length === 2 * rows * values.length,
    () =>
      `orbitals: ${n} of ${values.length} vectors of ${rows} coefficients are needed, got ${vectors.length} numbers`,
  );
  const u = trialPanel(rows, n, vectors.subarray(0, 2 * rows * n));
  // upper bounds need Hu where the vectors live, and nothing of what it has beyond
  const applied = applyEnclosed(kernels, problem, set, u, { withTails: false });
  const forms = ritzForms(u, rows, values.slice(0, n), applied);
  const skewness = skewnessOf(forms);
  if (!(skewness < Infinity)) return undefined;
  return { waves: set.waves, u, skewness, trace: filledTrace(forms, skewness) };
}

/** ‖S⁻¹ − 1‖ ≤ s/(1−s), s = ‖S − 1‖ < 1; else infinite. */
function skewnessOf({ overlap }: RitzForms): Above {
  const s = distanceFromDiagonal(
    overlap,
    overlap.re.map(() => 1),
  );
  return quotientAbove(s, differenceBelow(exact(1), s));
}

/**
 * Tr(S⁻¹UᴴHU) = Σθ + Tr Z + Tr((S⁻¹−1)Z), the last at most ‖S⁻¹−1‖ √n ‖Z‖_F, since the norm of the
 * trace class is at most √n that of Frobenius.
 */
function filledTrace({ theta, projected }: RitzForms, skewness: Above): Interval {
  let sum: Interval = ZERO;
  theta.forEach((t, i) => {
    sum = add(sum, add(interval(t), projected.re[i]![i]!));
  });
  const squares = new SumAbove();
  for (const part of [projected.re, projected.im])
    for (const row of part) for (const z of row) squares.addSquare(magnitude(z));
  const rest = productAbove(skewness, rootAbove(exact(theta.length)), rootAbove(squares.value));
  return add(sum, ball(0, rest));
}
