import { addIdentity, newTensor, type Tensor } from "../../common/tensor.ts";
import type { BlockSite } from "../block-term.ts";
import { formGradients, strainedForms } from "./projector-strain.ts";
import { fillPanel, type NonlocalProjectors } from "./projectors.ts";

/** The six different elements of a symmetric matrix. */
const ELEMENTS = [[0, 0], [1, 1], [2, 2], [0, 1], [0, 2], [1, 2]] as const; // biome-ignore format: a table

/**
 * Returns ∂E/∂ε of one k-point at fixed coefficients and occupations [Ha], with k+G → (1 − ε)(k+G):
 *
 *   ∂E/∂ε_ab = −δ_ab E + 2 Σ_n f_n Σ_i D_i Re[p_in* ⟨∂p_i/∂ε_ab|ψ_n⟩],   p_in = ⟨p_i|ψ_n⟩
 */
export function nonlocalStrain(
  { kernels, lattice, species, atoms, kpoint }: Omit<BlockSite, "fft">,
  { count, projectors, coupling }: NonlocalProjectors,
  psi: Float64Array,
  weights: Float64Array,
): Tensor {
  const n = kpoint.planeWaves;
  const out = newTensor();
  const occupied = weights.reduce((last, w, i) => (w !== 0 ? i + 1 : last), 0);
  if (count === 0 || occupied === 0) return out;
  const gradients = species.map((kind) => formGradients(kernels, kind, kpoint));
  kernels.scratch((take) => {
    const [p, changed, panel] = [take(2 * count * occupied), take(2 * count * occupied), take(2 * n * count)];
    const sumOver = (other: Float64Array): number => {
      let sum = 0;
      for (let j = 0; j < occupied; j++)
        for (let i = 0; i < count; i++) {
          const at = 2 * (i + count * j);
          sum += weights[j]! * coupling[i]! * (p[at]! * other[at]! + p[at + 1]! * other[at + 1]!);
        }
      return sum;
    };
    kernels.gemm("C", "N", count, occupied, n, 1, projectors, n, psi, n, 0, p, count);
    addIdentity(out, -sumOver(p));
    for (const [a, b] of ELEMENTS) {
      fillPanel(panel, { lattice, atoms }, kpoint, gradients.map((ofKind) => strainedForms(ofKind, kpoint, a, b))); // biome-ignore format: one call
      kernels.gemm("C", "N", count, occupied, n, 1, panel, n, psi, n, 0, changed, count);
      const value = 2 * sumOver(changed);
      out[3 * a + b]! += value;
      if (a !== b) out[3 * b + a]! += value;
    }
  });
  return out;
}
