import { newRealField, type RealField } from "../kernels/fields.ts";
import type { Iterate, Preconditioner } from "./preconditioner.ts";
import { screening } from "./susceptibility.ts";

/**
 * Local Thomas-Fermi preconditioner: screening by an electron gas of the density that is there, place by place
 * [RCW01]; Quantum ESPRESSO offers it as local-TF.
 *
 *   P = 1 − χ̃₀ v,   χ̃₀ = −D(r) δ(r − r′) + D(r) D(r′)/∫D,   4π D = kTF² = 4 (3ρ/π)^{1/3}
 *
 * D = dρ/dμ of the homogeneous gas, for each spin D_σ = (6π²ρ_σ)^{1/3}/(2π²). It needs no parameter and leaves vacuum alone, but
 * takes every electron for a metal's: an insulator is over-screened. `ldos` differs in its D alone.
 */
export function localThomasFermi(): Preconditioner {
  const screen = screening();
  const bound = async ({ grid, nSpin, density }: Iterate, transposed: boolean) =>
    screen(grid, nSpin, { states: thomasFermiStates(await density(), nSpin) }, transposed);
  return {
    name: "local-tf",
    at: (iterate) => bound(iterate, false),
    transposedAt: (iterate) => bound(iterate, true),
  };
}

/** D_σ(r) [Ha⁻¹ bohr⁻³] of the density ρ_σ(r), shape [nSpin·N]; where rounding left it below zero there are none. */
export function thomasFermiStates(rho: RealField, nSpin: 1 | 2): RealField {
  // Without spin both spins share ρ: D = 2·(3π²ρ)^{1/3}/(2π²).
  const perSpin = nSpin === 1 ? 0.5 : 1;
  const states = newRealField(rho.length);
  for (let i = 0; i < rho.length; i++)
    states[i] = Math.cbrt(6 * Math.PI ** 2 * Math.max(0, perSpin * rho[i]!)) / (2 * Math.PI ** 2 * perSpin);
  return states;
}
