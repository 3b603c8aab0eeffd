import type { Grid } from "../../basis/grid.ts";
import { requireInput } from "../../common/failure.ts";
import { newTensor, toMatrix } from "../../common/tensor.ts";
import { newRealField } from "../../kernels/fields.ts";
import type { DensityTerm } from "../term.ts";

export interface PowerLaw {
  /** C [Ha·bohr^(3α−3)]. */
  readonly coefficient: number;
  /** α > 1; 2 is the contact interaction of the Gross-Pitaevskii equation. */
  readonly power: number;
}

/**
 * A local energy of the density, the nonlinearity of Gross-Pitaevskii models:
 *
 *   E = C ∫ ρ^α,   V = δE/δρ = α C ρ^{α−1},   σ = 1 (1 − α) E/Ω
 *
 * With ρ = |ψ|² and α = 2 the equation is −½Δψ + Vψ + β|ψ|²ψ = μψ, β = 2C. Negative values, which
 * may occur in an accelerated SCF, count as 0.
 *
 * @throws InputError if a parameter is out of range.
 *
 * @example
 * ```ts
 * import { defineModel, externalPotential } from "stillwave";
 * import { minimiseCondensate, powerNonlinearity } from "stillwave";
 *
 * const model = await defineModel({
 *   cell: [[16]],
 *   ecut: 40,
 *   terms: (grid) => [
 *     externalPotential(grid, ([x]) => 0.5 * (x - 8) ** 2),
 *     powerNonlinearity(grid, { coefficient: 1.5, power: 2 }),
 *   ],
 * });
 * console.log((await minimiseCondensate(model)).chemicalPotential);
 * ```
 */
export function powerNonlinearity({ dvol, lattice }: Grid, { coefficient, power }: PowerLaw): DensityTerm {
  requireInput(
    Number.isFinite(coefficient) && Number.isFinite(power) && power > 1,
    () =>
      `powerNonlinearity: a finite coefficient and a power above 1 expected, got ${coefficient} and ${power}`,
  );
  const term: DensityTerm = {
    name: "nonlinearity",
    evaluate(rho) {
      const potential = newRealField(rho.length);
      let sum = 0;
      for (let r = 0; r < rho.length; r++) {
        const x = Math.max(0, rho[r]!);
        const slope = x ** (power - 1);
        sum += slope * x;
        potential[r] = power * coefficient * slope;
      }
      return { energy: dvol * coefficient * sum, potential };
    },
    kernel: (rho) => {
      const slopes = rho.map((x) => power * (power - 1) * coefficient * Math.max(0, x) ** (power - 2));
      return (out, deltaRho) => {
        for (let r = 0; r < out.length; r++) if (rho[r]! > 0) out[r]! += slopes[r]! * deltaRho[r]!;
      };
    },
    stress({ rho }) {
      // E ∝ Ω^{1−α} at fixed Ωρ
      const pressure = ((1 - power) * term.evaluate(rho).energy) / lattice.volume;
      return toMatrix(newTensor().map((_, i) => (i % 4 === 0 ? pressure : 0)));
    },
  };
  return term;
}
