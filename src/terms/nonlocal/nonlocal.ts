import type { BlockSite, BlockTerm } from "../block-term.ts";
import type { Term } from "../term.ts";
import { nonlocalForces, realNonlocalForces } from "./forces.ts";
import { nonlocalProjectors } from "./projectors.ts";
import { nonlocalStrain } from "./strain.ts";

/** Energy of the nonlocal pseudopotentials, Σ f w ⟨ψ|P D Pᴴ|ψ⟩. */
export const nonlocal: Term = { name: "nonlocal", operator: { kind: "nonlocal" } };

/** Makes P D Pᴴ of all atoms at a k-point: two matrix products per application. */
export function nonlocalAt(site: BlockSite): BlockTerm {
  const { kernels, kpoint, real } = site;
  const numbers = real === undefined ? kernels : kernels.real;
  const { width } = numbers;
  const n = kpoint.planeWaves;
  const operator = nonlocalProjectors(kernels, site, kpoint, real);
  const { count, projectors, coupling } = operator;
  const applied: BlockTerm = {
    addInto(out, x, nVectors, { gemm } = numbers) {
      if (count === 0) return;
      kernels.scratch((take) => {
        const overlaps = take(width * count * nVectors);
        gemm("C", "N", count, nVectors, n, 1, projectors, n, x, n, 0, overlaps, count);
        numbers.multiplyRows(overlaps, count, nVectors, coupling, overlaps);
        gemm("N", "N", n, nVectors, count, 1, projectors, n, overlaps, count, 1, out, n);
      });
    },
    energies(out, psi, nVectors) {
      out.fill(0, 0, nVectors);
      if (count === 0) return;
      kernels.scratch((take) => {
        const overlaps = take(width * count * nVectors);
        numbers.gemm("C", "N", count, nVectors, n, 1, projectors, n, psi, n, 0, overlaps, count);
        numbers.columnWeightedNorms2(out, count, nVectors, coupling, overlaps);
      });
    },
  };
  if (real !== undefined)
    return {
      ...applied,
      forces: (psi, weights) => realNonlocalForces(site, operator, real, psi, weights),
    };
  return {
    ...applied,
    forces: (psi, weights) => nonlocalForces(site, operator, psi, weights),
    strain: (psi, weights) => nonlocalStrain(site, operator, psi, weights),
  };
}
