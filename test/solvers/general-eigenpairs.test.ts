import { describe, expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { generalEigenpairs } from "../../src/solvers/general-eigenpairs.ts";
import { close, closeArrays } from "../close.ts";

const noise = (length: number, seed: number): Float64Array => {
  const { normal } = random(seed);
  return Float64Array.from({ length }, normal);
};

const rowsOf = (a: Float64Array, n: number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => a[i + n * j]!));

describe("the eigenpairs of a real matrix", () => {
  test.each([1, 2, 3, 7, 30])("of %d rows satisfy A x = λ x, and their sum is the trace", async (n) => {
    const a = noise(n * n, n);
    const pairs = await generalEigenpairs(rowsOf(a, n));
    expect(pairs).toHaveLength(n);
    let trace = 0;
    for (let i = 0; i < n; i++) trace += a[i + n * i]!;
    close(
      pairs.reduce((sum, { re }) => sum + re, 0),
      trace,
      1e-12 * n,
    );
    for (const { re, im, vector } of pairs) {
      close(
        vector.reduce((sum, x) => sum + x * x, 0),
        1,
        1e-12,
      );
      for (let i = 0; i < n; i++) {
        let [x, y] = [0, 0];
        for (let j = 0; j < n; j++) {
          x += a[i + n * j]! * vector[2 * j]!;
          y += a[i + n * j]! * vector[2 * j + 1]!;
        }
        // Rounding of n² operations on numbers of order one, over the distance of eigenvalues.
        close(x, re * vector[2 * i]! - im * vector[2 * i + 1]!, 1e-11);
        close(y, re * vector[2 * i + 1]! + im * vector[2 * i]!, 1e-11);
      }
    }
  });

  test("of a symmetric matrix are those of the Hermitian solver", async () => {
    const n = 20;
    const b = noise(n * n, 5);
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) a[i + n * j] = b[i + n * j]! + b[j + n * i]!;
    const kernels = wasmKernelsSync();
    const [h, values, vectors] = [kernels.alloc(2 * n * n), kernels.alloc(n), kernels.alloc(2 * n * n)];
    for (let i = 0; i < n * n; i++) h[2 * i] = a[i]!;
    kernels.eigh(n, h, n, values, vectors, n);
    const pairs = await generalEigenpairs(rowsOf(a, n));
    closeArrays(
      pairs.map(({ re }) => re),
      values,
      1e-12,
    );
    expect(Math.max(...pairs.map(({ im }) => Math.abs(im)))).toBeLessThan(1e-13);
  });
});
