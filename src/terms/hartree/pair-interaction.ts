import { cartesianG, type Grid } from "../../basis/grid.ts";
import { requireInput } from "../../common/failure.ts";
import { addIdentity, addOuter, newTensor, toMatrix } from "../../common/tensor.ts";
import type { Mat3 } from "../../common/vec3.ts";
import {
  addField,
  newFourierField,
  newRealField,
  type ReadonlyRealField,
  spinComponent,
  sumOverSpins,
  sumReal,
} from "../../kernels/fields.ts";
import type { DensityTerm } from "../term.ts";

export interface PairOptions {
  /** Default `interaction`. */
  readonly name?: string;
  /** dv/d|G|² [Ha·bohr⁵]; without it the term has no stress. */
  readonly slope?: (g2: number) => number;
}

/**
 * Makes the energy of a pair interaction of the density that depends on the distance, given by its
 * Fourier transform.
 *
 *   V(G) = v(|G|²) ρ(G),   E = ½ ∫ V ρ = ½ Ω Σ_G v |ρ(G)|²,   ρ = ρ↑ + ρ↓
 *   σ = −1 E/Ω − Σ_G v′(|G|²) |ρ(G)|² G Gᵀ
 *
 * @param interaction v [Ha·bohr³] as a function of |G|² [bohr⁻²]; v(0) = 0 is a neutralising
 *   background.
 * @throws InputError if a value of v on the grid is not finite.
 *
 * @example
 * ```ts
 * import { defineModel, externalPotential, groundState, pairInteraction, yukawa } from "stillwave";
 *
 * const model = await defineModel({
 *   cell: [[10]],
 *   ecut: 8,
 *   particles: 2,
 *   perLevel: 2,
 *   terms: (grid) => [
 *     externalPotential(grid, ([x]) => 0.1 * (x - 5) ** 2),
 *     pairInteraction(grid, 1, yukawa(0.7)),
 *   ],
 * });
 * console.log((await groundState(model)).energies.interaction);
 * ```
 */
export function pairInteraction(
  grid: Grid,
  nSpin: 1 | 2,
  interaction: (g2: number) => number,
  { name = "interaction", slope }: PairOptions = {},
): DensityTerm {
  const { points, normG2, lattice } = grid;
  const table = normG2.map((g2) => {
    const v = interaction(g2);
    requireInput(
      Number.isFinite(v),
      () =>
        `pairInteraction: v(|G|²) must be finite, got ${v} at |G|² = ${g2} bohr⁻²; at 0 a background may cancel it`,
    );
    return v;
  });
  const work = newRealField(points);
  const coefficients = newFourierField(points);
  /** coefficients ← V(G); work ← twice the energy per volume of each wave. */
  const transform = (rho: ReadonlyRealField) => {
    grid.forward(coefficients, sumOverSpins(rho, points));
    for (let g = 0; g < points; g++) {
      const re = coefficients[2 * g]!;
      const im = coefficients[2 * g + 1]!;
      const v = table[g]!;
      work[g] = v * (re * re + im * im);
      coefficients[2 * g] = v * re;
      coefficients[2 * g + 1] = v * im;
    }
  };
  let current: object | undefined;
  return {
    name,
    evaluate(rho) {
      transform(rho);
      const evaluation = {
        energy: 0.5 * lattice.volume * sumReal(work),
        get potential() {
          if (current !== evaluation) transform(rho);
          current = evaluation;
          const out = newRealField(nSpin * points);
          grid.inverse(spinComponent(out, 0, points), coefficients);
          out.copyWithin(points, 0, points); // to the other spin, if there is one
          return out;
        },
      };
      current = evaluation;
      return evaluation;
    },
    // V is linear in the density.
    kernel: () => (out, deltaRho) => {
      current = undefined;
      transform(deltaRho);
      grid.inverse(work, coefficients);
      for (let spin = 0; spin < nSpin; spin++) addField(spinComponent(out, spin, points), work);
    },
    ...(slope === undefined ? {} : { stress: ({ rho }) => pairStress(grid, interaction, slope, rho) }),
  };
}

function pairStress(
  grid: Grid,
  interaction: (g2: number) => number,
  slope: (g2: number) => number,
  rho: ReadonlyRealField,
): Mat3 {
  const { points, normG2 } = grid;
  const coefficients = grid.toFourier(sumOverSpins(rho, points));
  const out = newTensor();
  for (let g = 0; g < points; g++) {
    const size = coefficients[2 * g]! ** 2 + coefficients[2 * g + 1]! ** 2;
    const g2 = normG2[g]!;
    addIdentity(out, -0.5 * interaction(g2) * size);
    if (g2 === 0) continue;
    const [x, y, z] = cartesianG(grid, g);
    addOuter(out, -slope(g2) * size, x, y, z);
  }
  return toMatrix(out);
}

/** Returns v = 4π/(|G|² + κ²), the transform of a screened interaction e^{−κr}/r. */
export function yukawa(kappa: number): (g2: number) => number {
  requireInput(
    Number.isFinite(kappa) && kappa > 0,
    () => `yukawa: κ must be a positive wave vector in bohr⁻¹, got ${kappa}; the limit 0 is hartree`,
  );
  return (g2) => (4 * Math.PI) / (g2 + kappa * kappa);
}
