import { newRealField, type RealField } from "../kernels/fields.ts";
import type { Iterate, Preconditioner } from "./preconditioner.ts";
import { screening } from "./susceptibility.ts";

/**
 * Makes the local Thomas-Fermi preconditioner: screening by an electron gas of the local density
 * [RCW01], in Quantum ESPRESSO local-TF.
 *
 *   P = 1 − χ̃₀ v,   χ̃₀ = −D(r) δ(r − r′) + D(r) D(r′)/∫D,   4π D = kTF² = 4 (3ρ/π)^{1/3}
 *
 * D = dρ/dμ of the homogeneous gas, for each spin D_σ = (6π²ρ_σ)^{1/3}/(2π²). It has no parameter
 * and is the identity in vacuum, but treats every electron as metallic: insulators are
 * over-screened. It differs from `ldos` in D alone.
 *
 * @example
 * ```ts
 * import { densityMixing, localThomasFermi } from "stillwave";
 *
 * const method = densityMixing({ preconditioner: localThomasFermi() });
 * ```
 */
export function localThomasFermi(): Preconditioner {
  const screen = screening();
  const bind = async ({ grid, nSpin, density }: Iterate, transposed: boolean) =>
    screen(grid, nSpin, { states: thomasFermiStates(await density(), nSpin) }, transposed);
  return {
    name: "local-tf",
    at: (iterate) => bind(iterate, false),
    transposedAt: (iterate) => bind(iterate, true),
  };
}

/** Returns D_σ(r) [Ha⁻¹ bohr⁻³] of the density ρ_σ(r), shape [nSpin·N]; 0 where ρ_σ < 0. */
export function thomasFermiStates(rho: RealField, nSpin: 1 | 2): RealField {
  // Without spin both spins share ρ: D = 2·(3π²ρ)^{1/3}/(2π²).
  const perSpin = nSpin === 1 ? 0.5 : 1;
  const states = newRealField(rho.length);
  for (let i = 0; i < rho.length; i++)
    states[i] = Math.cbrt(6 * Math.PI ** 2 * Math.max(0, perSpin * rho[i]!)) / (2 * Math.PI ** 2 * perSpin);
  return states;
}
