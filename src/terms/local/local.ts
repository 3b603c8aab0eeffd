import { localFourier, localFourierDerivative } from "../../atoms/pseudopotential-formulas.ts";
import { cartesianG, type Grid } from "../../basis/grid.ts";
import { addIdentity, addOuter, newTensor, toMatrix } from "../../common/tensor.ts";
import type { Mat3 } from "../../common/vec3.ts";
import { type ReadonlyRealField, sumOverSpins } from "../../kernels/fields.ts";
import type { Model } from "../../model/model.ts";
import { fixedPotential } from "../external/external.ts";
import type { DensityTerm } from "../term.ts";
import { localForces } from "./forces.ts";
import { localPotential, structureFactorOf } from "./potential.ts";

/** Energy of the density in the local part of the pseudopotentials. */
export const localTerm = (model: Model, grid: Grid): DensityTerm => ({
  ...fixedPotential("local", grid, localPotential(model, grid)),
  isInvariant: true,
  forces: ({ rho }) => localForces(model, grid, sumOverSpins(rho, grid.points)),
  stress: ({ rho }) => localStress(model, grid, rho),
});

/**
 * Returns the stress of the local pseudopotentials, with S(G) = Σ_atoms e^{−iG·R} for each species,
 *
 *   E = Σ_{G≠0} Re[ρ(G)* v(|G|) S(G)]
 *   σ = −(1/Ω) Σ_{G≠0} Re[ρ(G)* S(G)] (1 v(|G|) + v'(|G|) G Gᵀ/|G|)
 */
function localStress(model: Model, grid: Grid, rho: ReadonlyRealField): Mat3 {
  const { points, normG2, lattice } = grid;
  const coefficients = grid.toFourier(sumOverSpins(rho, points));
  const out = newTensor();
  model.species.forEach(({ pseudopotential }, species) => {
    const structureFactor = structureFactorOf(model, grid, species);
    if (structureFactor === null) return;
    for (let g = 1; g < points; g++) {
      const overlap =
        coefficients[2 * g]! * structureFactor[2 * g]! +
        coefficients[2 * g + 1]! * structureFactor[2 * g + 1]!;
      const q = Math.sqrt(normG2[g]!);
      addIdentity(out, -overlap * localFourier(pseudopotential, q));
      const [x, y, z] = cartesianG(grid, g);
      addOuter(out, (-overlap * localFourierDerivative(pseudopotential, q)) / q, x, y, z);
    }
  });
  return toMatrix(out, 1 / lattice.volume);
}
