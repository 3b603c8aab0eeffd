import type { RealBasis } from "../../basis/real/real-basis.ts";
import { invariant } from "../../common/failure.ts";
import type { BlockSite } from "../block-term.ts";
import type { NonlocalProjectors } from "./projectors.ts";

/** Bands treated together; their copies times k+G are the only temporaries of basis length. */
const BLOCK = 32;

/**
 * Returns the contribution of one k-point to the nonlocal force on every atom, Cartesian [Ha/bohr],
 * shape [3·nAtoms].
 *
 *   E = Σ_n f_n Σ_i D_i |p_in|²,   p_in = ⟨p_i|ψ_n⟩ = Σ_G ⟨k+G|p_i⟩* ψ_n(G)
 *   ⟨k+G|p_i⟩ ∝ e^{−i(k+G)·R_a} for the projectors i of atom a, so that
 *   ∂p_in/∂R_a = i q_in,   q_in = Σ_G ⟨k+G|p_i⟩* (k+G) ψ_n(G)
 *   F_a = −∂E/∂R_a = −2 Σ_n f_n Σ_{i on a} D_i Im[q_in* p_in]
 *
 * @param psi complex panel [n × nBands], in the memory of the site's kernels.
 * @param weights f_n w_k, shape [nBands].
 */
export function nonlocalForces(
  { kernels, atoms, kpoint }: Pick<BlockSite, "kernels" | "atoms" | "kpoint">,
  { count, projectors, coupling, atomOf }: NonlocalProjectors,
  psi: Float64Array,
  weights: Float64Array,
): Float64Array {
  const { planeWaves: n, kPlusG } = kpoint;
  invariant(
    psi.length >= 2 * n * weights.length && projectors.length >= 2 * n * count,
    () =>
      `nonlocalForces: ${psi.length} and ${projectors.length} numbers for ${n} plane waves, ${weights.length} bands, ${count} projectors`,
  );
  const forces = new Float64Array(3 * atoms.length);
  const occupied = lastNonzero(weights) + 1;
  if (count === 0 || occupied === 0) return forces;

  kernels.scratch((take) => {
    const block = Math.min(BLOCK, occupied);
    const multiplied = take(2 * n * block);
    const component = take(n);
    const p = take(2 * count * block);
    const q = take(2 * count * block);
    for (let first = 0; first < occupied; first += block) {
      const bands = Math.min(block, occupied - first);
      const orbitals = psi.subarray(2 * n * first, 2 * n * (first + bands));
      kernels.gemm("C", "N", count, bands, n, 1, projectors, n, orbitals, n, 0, p, count);
      for (let c = 0; c < 3; c++) {
        for (let g = 0; g < n; g++) component[g] = kPlusG[3 * g + c]!;
        kernels.multiplyRows(multiplied, n, bands, component, orbitals);
        kernels.gemm("C", "N", count, bands, n, 1, projectors, n, multiplied, n, 0, q, count);
        for (let j = 0; j < bands; j++)
          for (let i = 0; i < count; i++) {
            const at = 2 * (i + count * j);
            const im = q[at]! * p[at + 1]! - q[at + 1]! * p[at]!;
            forces[3 * atomOf[i]! + c]! -= 2 * weights[first + j]! * coupling[i]! * im;
          }
      }
    }
  });
  return forces;
}

/**
 * Returns the same at a site of real coefficients. By time reversal p_in and r_in = i q_in are
 * real:
 *
 *   F_a = −2 Σ_n f_n Σ_{i on a} D_i r_in p_in
 *
 * By inversion the projectors of an atom and its image have columns x and y, and with X_i = Σ_G x_i
 * ψ, X'_i = Σ_G x_i (k+G) ψ and likewise Y
 *
 *   p_in = (X_i − iY_i)/√2,   q_in = (X'_i − iY'_i)/√2
 *   F_a = −Σ_n f_n Σ_{i on a} D_i (Y'_i X_i − X'_i Y_i)
 *
 * while the image has −F_a. An atom that is its own image has none.
 *
 * @param psi real panel [n × nBands], in the memory of the site's kernels.
 */
export function realNonlocalForces(
  { kernels, atoms, kpoint: { planeWaves: n } }: Pick<BlockSite, "kernels" | "atoms" | "kpoint">,
  { count, projectors, coupling, atomOf, imageOf }: NonlocalProjectors,
  real: RealBasis,
  psi: Float64Array,
  weights: Float64Array,
): Float64Array {
  const forces = new Float64Array(3 * atoms.length);
  const occupied = lastNonzero(weights) + 1;
  if (count === 0 || occupied === 0) return forces;
  kernels.scratch((take) => {
    const block = Math.min(BLOCK, occupied);
    const [slopes, p, q] = [take(n * block), take(count * block), take(count * block)];
    for (let first = 0; first < occupied; first += block) {
      const bands = Math.min(block, occupied - first);
      const orbitals = psi.subarray(n * first, n * (first + bands));
      kernels.real.gemm("C", "N", count, bands, n, 1, projectors, n, orbitals, n, 0, p, count);
      for (const c of [0, 1, 2] as const) {
        for (let at = 0; at < n * bands; at += n)
          real.differentiate(slopes.subarray(at, at + n), orbitals.subarray(at, at + n), c);
        kernels.real.gemm("C", "N", count, bands, n, 1, projectors, n, slopes, n, 0, q, count);
        for (let j = 0; j < bands; j++) {
          const [pj, qj] = [p.subarray(count * j, count * (j + 1)), q.subarray(count * j, count * (j + 1))];
          for (let i = 0; i < count; i++) {
            const scale = weights[first + j]! * coupling[i]!;
            const image = imageOf?.[i];
            if (image === undefined) {
              forces[3 * atomOf[i]! + c]! -= 2 * scale * qj[i]! * pj[i]!;
            } else if (image > i) {
              const force = scale * (qj[image]! * pj[i]! - qj[i]! * pj[image]!);
              forces[3 * atomOf[i]! + c]! -= force;
              forces[3 * atomOf[image]! + c]! += force;
            }
          }
        }
      }
    }
  });
  return forces;
}

/** Returns the length up to the last nonzero element: empty bands at the end are skipped. */
function lastNonzero(x: Float64Array): number {
  let last = x.length - 1;
  while (last >= 0 && x[last] === 0) last--;
  return last;
}
