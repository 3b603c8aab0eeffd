import type { PlaneWaveBasis } from "../../basis/plane-wave-basis.ts";
import { difference, dotReal, type RealField } from "../../kernels/fields.ts";
import type { ScfProblem } from "../../scf/problem.ts";
import type { ScfStep } from "../../scf/state.ts";
import type { Term } from "../../terms/term.ts";
import { type Check, short, upTo } from "./check.ts";

/** Rounding of sums over grid and bands, relative to what is added. */
const ROUNDING = 1e-12;

/**
 * Compares the energy of a step with that of the levels less double counting, at the density that
 * their potential is of [Har85; FH89]:
 *
 *   E′ = Σ f w ε − ∫ V[ρin] ρin + ∫ V[ρin] (ρout − ρraw) + Σ_t E_t[ρin] + the other terms
 *
 * The second integral is zero but for waves of V that rotations take off the grid: ρraw is ρout
 * before the average over the symmetry. E is that of the orbitals and their own density ρout. With
 * δρ = ρout − ρin
 *
 *   E − E′ = Σ_t E_t[ρout] − E_t[ρin] − ∫ V_t[ρin] δρ
 *
 * is of second order. For a functional that is convex or concave each part lies between zero and ∫
 * (V_t[ρout] − V_t[ρin]) δρ, by the inequality of the tangent.
 *
 * @param raw density of the orbitals before the average over the symmetry [bohr⁻³].
 */
export function energyCheck(
  { basis, terms }: Pick<ScfProblem, "basis" | "terms">,
  { rhoIn, rhoOut, energies, levels, occupation }: ScfStep,
  weights: readonly Float64Array[],
  raw: RealField,
): Check {
  const { dvol } = basis.grid;
  const state = { rho: rhoOut, entropyEnergy: occupation.entropyEnergy };
  const step = difference(rhoOut, rhoIn);
  const averaged = difference(rhoOut, raw);
  let [energy, added, second] = [0, 0, 0];
  const add = (part: number) => {
    energy += part;
    added += Math.abs(part);
  };
  weights.forEach((w, i) => {
    add(w.reduce((sum, f, j) => (f === 0 ? sum : sum + f * levels[i]!.eigenvalues[j]!), 0));
  });
  for (const term of terms) {
    if (term.energy !== undefined) add(term.energy(state));
    if (term.evaluate === undefined) continue;
    const at = term.evaluate(rhoIn);
    add(at.energy);
    add(-dvol * dotReal(at.potential, rhoIn));
    add(dvol * dotReal(at.potential, averaged));
    if (term.isLinear !== true) second += curvature(basis, term, step, { rhoOut, rhoIn });
  }
  const apart = Math.abs(energies.total - energy);
  return upTo(
    "energy by two routes",
    apart,
    second + ROUNDING * added,
    `of second order in the residual of the density: at most ${short(second)} Ha where functionals are convex or concave`,
    `the sum of the terms is ${energies.total.toFixed(12)} Ha, that of the levels less double counting ${energy.toFixed(12)}`,
  );
}

/** |∫ (V[ρout] − V[ρin]) (ρout − ρin)| of a term [Ha]. */
function curvature(
  { grid: { dvol } }: PlaneWaveBasis,
  { evaluate }: Term,
  step: ReturnType<typeof difference>,
  { rhoOut, rhoIn }: Pick<ScfStep, "rhoOut" | "rhoIn">,
): number {
  const change = difference(evaluate!(rhoOut).potential, evaluate!(rhoIn).potential);
  return Math.abs(dvol * dotReal(change, step));
}
