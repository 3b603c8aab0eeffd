import type { BlockSite, BlockTerm } from "../block-term.ts";
import type { Term } from "../term.ts";
import { nonlocalForces } from "./forces.ts";
import { nonlocalProjectors } from "./projectors.ts";
import { nonlocalStrain } from "./strain.ts";

/** Σ f w ⟨ψ|P D Pᴴ|ψ⟩, the nonlocal part of the pseudopotentials. */
export const nonlocal: Term = { name: "nonlocal", operator: { kind: "nonlocal" } };

/** P D Pᴴ of all atoms: two matrix products per application. */
export function nonlocalAt(site: BlockSite): BlockTerm {
  const { kernels, kpoint } = site;
  const n = kpoint.planeWaves;
  const held = nonlocalProjectors(kernels, site, kpoint);
  const { count, projectors, coupling } = held;
  return {
    addInto(out, x, nVectors) {
      if (count === 0) return;
      kernels.scratch((take) => {
        const overlaps = take(2 * count * nVectors);
        kernels.gemm("C", "N", count, nVectors, n, 1, projectors, n, x, n, 0, overlaps, count);
        kernels.multiplyRows(overlaps, count, nVectors, coupling, overlaps);
        kernels.gemm("N", "N", n, nVectors, count, 1, projectors, n, overlaps, count, 1, out, n);
      });
    },
    energies(out, psi, nVectors) {
      out.fill(0, 0, nVectors);
      if (count === 0) return;
      kernels.scratch((take) => {
        const overlaps = take(2 * count * nVectors);
        kernels.gemm("C", "N", count, nVectors, n, 1, projectors, n, psi, n, 0, overlaps, count);
        kernels.columnWeightedNorms2(out, count, nVectors, coupling, overlaps);
      });
    },
    forces: (psi, weights) => nonlocalForces(site, held, psi, weights),
    strain: (psi, weights) => nonlocalStrain(site, held, psi, weights),
  };
}
