import { addMatrices, toMatrix } from "../common/tensor.ts";
import { inverse, type Mat3, matMul, transpose } from "../common/vec3.ts";
import type { ReadonlyRealField } from "../kernels/fields.ts";
import type { Lattice } from "../model/lattice.ts";
import type { EnergyTerms } from "../terms/kohn-sham.ts";

/**
 * σ = (1/Ω) ∂F/∂ε [Ha/bohr³] of a ground state: its terms' stresses and the strain of its orbitals. By Hellmann and Feynman
 * orbitals and occupations stay as they are; so does the set of plane waves. Positive where the crystal pulls inwards.
 *
 * @param strain ∂(E_kinetic + E_nonlocal)/∂ε [Ha], 3 × 3 by rows.
 * @returns undefined if a term has no stress.
 */
export function stressOf(
  terms: EnergyTerms,
  rho: ReadonlyRealField,
  strain: Float64Array,
  { volume }: Lattice,
): Mat3 | undefined {
  const parts = [
    toMatrix(strain, 1 / volume),
    ...terms.density.map((term) => term.stress?.(rho)),
    ...terms.constant.map((term) => term.stress),
  ];
  return parts.some((part) => part === undefined) ? undefined : (parts as Mat3[]).reduce(addMatrices);
}

/** Mean of a tensor over the rotations of a space group, W in fractional coordinates: R = Aᵀ W A⁻ᵀ, σ ← Σ R σ Rᵀ/n. */
export function symmetrizeStress(
  stress: Mat3,
  { vectors }: Lattice,
  operations: readonly { readonly rotation: Mat3 }[],
): Mat3 {
  const toCartesian = transpose(vectors);
  const toFractional = inverse(toCartesian);
  const images = operations.map(({ rotation }) => {
    const r = matMul(matMul(toCartesian, rotation), toFractional);
    return matMul(matMul(r, stress), transpose(r));
  });
  const sum = images.reduce(addMatrices);
  return sum.map((row) => row.map((x) => x / operations.length)) as unknown as Mat3;
}
