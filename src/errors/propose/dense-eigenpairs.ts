import type { Kernels } from "../../kernels/kernels.ts";
import { couplingBlock } from "../count/coupling-block.ts";
import type { EnclosedProblem, WaveSet } from "../problem/enclosed-hamiltonian.ts";

/** Floating-point eigenpairs of H (without the constant) on a set of plane waves. */
export function denseEigenpairs(
  kernels: Kernels,
  problem: EnclosedProblem,
  set: WaveSet,
): { values: number[]; vectors: Float64Array } {
  const n = set.waves.count;
  const matrix = kernels.scratch((take) => {
    const h = take(2 * n * n);
    couplingBlock(kernels, problem, set, n, n, take).write(h, 0, n);
    for (let i = 0; i < n; i++) h[2 * (i + n * i)]! += set.waves.kinetic[i]!;
    return Float64Array.from(h);
  });
  return hermitianEigenpairs(kernels, n, matrix);
}

/** Floating-point eigenpairs of a Hermitian matrix, ascending, vectors orthonormal. */
export function hermitianEigenpairs(
  kernels: Kernels,
  n: number,
  matrix: Float64Array,
): { values: number[]; vectors: Float64Array } {
  return kernels.scratch((take) => {
    const [a, v, w] = [take(2 * n * n), take(2 * n * n), take(n)];
    a.set(matrix);
    kernels.eigh(n, a, n, w, v, n);
    return { values: Array.from(w), vectors: Float64Array.from(v) };
  });
}
