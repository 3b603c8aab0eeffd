import type { Kernels } from "../kernels/kernels.ts";
import { applyEnclosed } from "./apply-enclosed.ts";
import { hermitianEigenpairs } from "./dense-eigenpairs.ts";
import type { EnclosedProblem, WaveSet } from "./enclosed-hamiltonian.ts";

/**
 * A few steps of a block iteration in floating point: Ritz vectors of span{U, (T − θ)⁻¹R, U before}, the residual divided by
 * the kinetic energy's distance. What comes out is trusted by nobody.
 */
export function improveVectors(
  kernels: Kernels,
  problem: EnclosedProblem,
  set: WaveSet,
  m: number,
  start: Float64Array,
  steps: number,
): { vectors: Float64Array; values: number[] } {
  const n = set.waves.count;
  const apply = (count: number, x: Float64Array) =>
    applyEnclosed(kernels, problem, set, n, count, x, { withTails: false }).values;
  const first = orthonormalColumns(n, m, start, 0);
  let state = ritz(kernels, n, first.vectors, apply(first.count, first.vectors), first.count, m);
  let before: Float64Array | undefined;
  for (let step = 0; step < steps; step++) {
    const basis = new Float64Array(2 * n * m * (before === undefined ? 2 : 3));
    basis.set(state.vectors);
    let largest = 0;
    for (let j = 0; j < m; j++) {
      let norm2 = 0;
      for (let i = 0; i < n; i++) {
        const distance = set.waves.kinetic[i]! - state.values[j]!;
        const weight = 1 / Math.max(distance, 0.3);
        for (let part = 0; part < 2; part++) {
          const at = 2 * (n * j + i) + part;
          const residual = state.applied[at]! - state.values[j]! * state.vectors[at]!;
          norm2 += residual * residual;
          basis[2 * n * m + at] = weight * residual;
        }
      }
      largest = Math.max(largest, norm2);
    }
    if (largest < ENOUGH * ENOUGH) break;
    if (before !== undefined) basis.set(before, 4 * n * m);
    before = state.vectors;
    const { vectors, count } = orthonormalColumns(n, basis.length / (2 * n), basis, m);
    state = ritz(kernels, n, vectors, apply(count, vectors), count, m);
  }
  return { vectors: state.vectors, values: state.values };
}

/** Residual norm inside the set [Ha] at which a step would gain its square, less than rounding. */
const ENOUGH = 1e-7;

/** The m lowest Ritz pairs of orthonormal columns X with HX, and H on them. */
function ritz(
  kernels: Kernels,
  n: number,
  x: Float64Array,
  hx: Float64Array,
  count: number,
  m: number,
): { vectors: Float64Array; applied: Float64Array; values: number[] } {
  return kernels.scratch((take) => {
    const [a, ha, small] = [take(2 * n * count), take(2 * n * count), take(2 * count * count)];
    const [rotation, out] = [take(2 * count * m), take(2 * n * m)];
    a.set(x.subarray(0, 2 * n * count));
    ha.set(hx.subarray(0, 2 * n * count));
    kernels.hermitianOverlap(count, n, a, n, ha, n, small, count);
    const { values, vectors } = hermitianEigenpairs(kernels, count, small);
    rotation.set(vectors.subarray(0, 2 * count * m));
    kernels.gemm("N", "N", n, m, count, 1, a, n, rotation, count, 0, out, n);
    const rotated = Float64Array.from(out);
    kernels.gemm("N", "N", n, m, count, 1, ha, n, rotation, count, 0, out, n);
    return { vectors: rotated, applied: Float64Array.from(out), values: values.slice(0, m) };
  });
}

/** Gram and Schmidt, twice; the first `done` columns are orthonormal already, those nearly in the span of others are dropped. */
function orthonormalColumns(
  n: number,
  columns: number,
  x: Float64Array,
  done: number,
): { vectors: Float64Array; count: number } {
  const vectors = new Float64Array(2 * n * columns);
  vectors.set(x.subarray(0, 2 * n * done));
  let count = done;
  for (let c = done; c < columns; c++) {
    const v = x.slice(2 * n * c, 2 * n * (c + 1));
    if (!normalize(v, 0)) continue;
    let isIndependent = true;
    for (let pass = 0; pass < 2 && isIndependent; pass++) {
      for (let j = 0; j < count; j++) removeComponent(v, vectors, 2 * n * j);
      isIndependent = normalize(v, 1e-7);
    }
    if (isIndependent) vectors.set(v, 2 * n * count++);
  }
  return { vectors: vectors.subarray(0, 2 * n * count), count };
}

function removeComponent(v: Float64Array, basis: Float64Array, from: number): void {
  let [re, im] = [0, 0];
  for (let i = 0; i < v.length; i += 2) {
    const [br, bi] = [basis[from + i]!, basis[from + i + 1]!];
    re += br * v[i]! + bi * v[i + 1]!;
    im += br * v[i + 1]! - bi * v[i]!;
  }
  for (let i = 0; i < v.length; i += 2) {
    const [br, bi] = [basis[from + i]!, basis[from + i + 1]!];
    v[i]! -= br * re - bi * im;
    v[i + 1]! -= br * im + bi * re;
  }
}

/** False, and nothing done, if the norm is at most `least`. */
function normalize(v: Float64Array, least: number): boolean {
  let sum = 0;
  for (const x of v) sum += x * x;
  const norm = Math.sqrt(sum);
  if (!(norm > least)) return false;
  for (let i = 0; i < v.length; i++) v[i]! /= norm;
  return true;
}
