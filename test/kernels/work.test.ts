import { expect, test } from "vitest";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { addedWork, countedKernels, largestRate, WORK_KINDS } from "../../src/kernels/work.ts";

test("counts operations of products and transforms by hand, real and complex", () => {
  const kernels = countedKernels(referenceKernels());
  const [m, n, k] = [2, 3, 4];
  const array = (length: number) => kernels.alloc(length).fill(1);
  kernels.gemm("N", "N", m, n, k, 1, array(2 * m * k), m, array(2 * k * n), k, 0, array(2 * m * n), m);
  kernels.real.gemm("N", "N", m, n, k, 1, array(m * k), m, array(k * n), k, 0, array(m * n), m);
  kernels.real.hermitianOverlap(n, k, array(k * n), k, array(k * n), k, array(n * n), n);
  // A complex product is four real ones; a symmetric overlap has n(n + 1)/2 elements.
  expect(kernels.work().products.operations).toBe(2 * m * n * k * (4 + 1) + n * (n + 1) * k);
  const fft = kernels.fft([4, 2, 8]);
  fft.forward(array(128), array(128));
  const sphere = kernels.sphereFft([4, 2, 8], Int32Array.from([0, 1, 3]));
  sphere.applyPotential(array(12), array(12), array(64), 2);
  expect(kernels.work().transforms.operations).toBe((1 + 2 * 2) * 5 * 64 * 6);
  expect(kernels.work().eigenproblems).toEqual({ seconds: 0, operations: 0 });
  kernels.eigh(2, Float64Array.from([1, 0, 0, 0, 0, 0, 2, 0]), 2, array(2), array(8), 2);
  expect(kernels.work().eigenproblems.seconds).toBeGreaterThan(0);
});

test("a later work less an earlier one is that between them", () => {
  const kernels = countedKernels(referenceKernels());
  const half = kernels.work();
  kernels.columnNorms2(kernels.alloc(1), 2, 1, kernels.alloc(4));
  const whole = kernels.work();
  expect(half.columns.seconds).toBe(0);
  const between = addedWork(whole, half, -1);
  for (const kind of WORK_KINDS) expect(between[kind].seconds > 0).toBe(kind === "columns");
});

test("the largest rate is a positive number", () => {
  expect(largestRate(wasmKernelsSync())).toBeGreaterThan(1e6);
});
