import { addOuter, newTensor } from "../../common/tensor.ts";
import type { BlockSite, BlockTerm } from "../block-term.ts";
import type { Term } from "../term.ts";

/** Kinetic energy Σ f w ⟨ψ|½|k+G|²|ψ⟩. */
export const kinetic: Term = { name: "kinetic", operator: { kind: "kinetic" } };

/**
 * Makes ½|k+G|² at a k-point. With q = k+G → (1 − ε) q,
 *
 *   ∂E/∂ε = −Σ_n f_n Σ_G |ψ_n(G)|² q qᵀ
 *
 * The number of plane waves is kept under strain: the stress at fixed basis, not at fixed cutoff.
 */
export function kineticAt({
  kernels,
  kpoint: { planeWaves: n, kPlusG, kinetic: values },
  real,
}: BlockSite): BlockTerm {
  const diagonal = kernels.alloc(n);
  diagonal.set(values);
  if (real !== undefined) return { diagonal };
  return {
    diagonal,
    strain(psi, weights) {
      const out = newTensor();
      const occupied = weights.reduce((last, w, i) => (w !== 0 ? i + 1 : last), 0);
      for (let g = 0; g < n; g++) {
        let density = 0;
        for (let j = 0; j < occupied; j++) {
          const at = 2 * (g + n * j);
          density += weights[j]! * (psi[at]! ** 2 + psi[at + 1]! ** 2);
        }
        addOuter(out, -density, kPlusG[3 * g]!, kPlusG[3 * g + 1]!, kPlusG[3 * g + 2]!);
      }
      return out;
    },
  };
}
