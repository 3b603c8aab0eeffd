import type { KPoint } from "../basis/kpoint.ts";
import { addIdentity, addOuter, newTensor, type Tensor } from "../common/tensor.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Lattice } from "../model/lattice.ts";
import type { Atom, Species } from "../model/model.ts";
import { fillPanel, type NonlocalProjectors } from "../terms/nonlocal.ts";
import { formGradients, strainedForms } from "../terms/nonlocal-strain.ts";

/** Orbitals, occupations and projectors of one k-point. */
export interface StressState {
  readonly kernels: Kernels;
  readonly model: {
    readonly lattice: Lattice;
    readonly species: readonly Species[];
    readonly atoms: readonly Atom[];
  };
  readonly kpoint: KPoint;
  readonly nonlocal: NonlocalProjectors;
  /** Complex panel [n × nBands], an array of `kernels`. */
  readonly psi: Float64Array;
  /** f_n w_k, shape [nBands]. */
  readonly weights: Float64Array;
}

/** The six different elements of a symmetric matrix. */
const ELEMENTS = [[0, 0], [1, 1], [2, 2], [0, 1], [0, 2], [1, 2]] as const; // biome-ignore format: a table

/**
 * ∂(E_kinetic + E_nonlocal)/∂ε of one k-point at fixed coefficients and occupations [Ha], with q = k+G → (1 − ε) q:
 *
 *   ∂E_kinetic/∂ε = −Σ_n f_n Σ_G |ψ_n(G)|² q qᵀ
 *   ∂E_nonlocal/∂ε_ab = −δ_ab E_nonlocal + 2 Σ_n f_n Σ_i D_i Re[p_in* ⟨∂p_i/∂ε_ab|ψ_n⟩],   p_in = ⟨p_i|ψ_n⟩
 *
 * The number of plane waves does not follow the strain: the stress of a basis, not of a cutoff.
 */
export function orbitalStrainOfK({ kernels, model, kpoint, nonlocal, psi, weights }: StressState): Tensor {
  const { planeWaves: n, kPlusG } = kpoint;
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
  const { count, projectors, coupling } = nonlocal;
  if (count === 0 || occupied === 0) return out;
  const gradients = model.species.map((kind) => formGradients(kernels, kind, kpoint));
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
      fillPanel(panel, model, kpoint, gradients.map((ofKind) => strainedForms(ofKind, kpoint, a, b))); // biome-ignore format: one call
      kernels.gemm("C", "N", count, occupied, n, 1, panel, n, psi, n, 0, changed, count);
      const value = 2 * sumOver(changed);
      out[3 * a + b]! += value;
      if (a !== b) out[3 * b + a]! += value;
    }
  });
  return out;
}
