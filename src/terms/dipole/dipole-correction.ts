import type { Grid } from "../../basis/grid.ts";
import { addIdentity, addOuter, newTensor, toMatrix } from "../../common/tensor.ts";
import { scale } from "../../common/vec3.ts";
import { newRealField } from "../../kernels/fields.ts";
import type { Model } from "../../model/model.ts";
import type { DensityTerm } from "../term.ts";
import { dipoleLayer } from "./dipole-layer.ts";

/**
 * Dipole correction of a slab: what its periodic images do to its dipole is taken back [Ben99].
 *
 *   E = 2π p²/Ω,   V(u) = −4π p u/Ω,   F_a = −4π p Z_a n/Ω,   K = (4π/Ω) u uᵀ
 *   σ = (2π p²/Ω²) (2 n nᵀ − 1)
 *
 * with p and u of `dipoleLayer` and n normal to the slab. Without it a slab with a dipole stands
 * in the field 4π p/Ω that makes the potential periodic. With it the vacuum has no field, the
 * potential jumps by 4π p/A there, and energy and forces are those of the slab alone.
 *
 * @param model a neutral slab.
 * @param axis lattice vector out of the slab, along which atoms leave a vacuum.
 *
 * @example
 * ```ts
 * import { dipoleCorrection, groundState, newJob, prepareScf, slab } from "stillwave";
 *
 * const job = newJob(slab("Al", { layers: 2, vacuum: 14 }), { ecut: 4, kgrid: [2, 2, 1] });
 * const { problem, options } = await prepareScf(job);
 * const { model, grid } = problem.basis;
 * // of no effect here, where both surfaces are alike
 * const terms = [...problem.terms, dipoleCorrection(model, grid, 2)];
 * console.log((await groundState({ ...problem, terms }, options)).energies);
 * ```
 */
export function dipoleCorrection(model: Model, grid: Grid, axis: 0 | 1 | 2): DensityTerm {
  const layer = dipoleLayer(model, grid, axis);
  const { lattice } = grid;
  const perMoment = (4 * Math.PI) / lattice.volume;
  return {
    name: "dipole",
    evaluate(rho) {
      const moment = layer.moment(rho);
      return {
        energy: 0.5 * perMoment * moment ** 2,
        get potential() {
          const out = newRealField(rho.length);
          layer.addTo(out, -perMoment * moment);
          return out;
        },
      };
    },
    kernel: () => (out, deltaRho) => layer.addTo(out, perMoment * layer.electrons(deltaRho)),
    forces({ rho }) {
      const field = scale(-perMoment * layer.moment(rho), layer.normal);
      return model.atoms.map(({ species }) => scale(model.species[species]!.pseudopotential.charge, field));
    },
    stress({ rho }) {
      const half = (0.5 * perMoment * layer.moment(rho) ** 2) / lattice.volume;
      const out = newTensor();
      addOuter(out, 2 * half, ...layer.normal);
      addIdentity(out, -half);
      return toMatrix(out);
    },
  };
}
