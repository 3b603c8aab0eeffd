import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { nativeKernels } from "../../src/kernels/native/native.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { closeArrays, notTiny } from "../close.ts";
import { NATIVE_PACKAGES, needs } from "../needs.ts";
import { randomPanel } from "./dense-laws.ts";
import { kernelLaws, sphereIndices } from "./laws.ts";

const found = await nativeKernels();
const missing = "unavailable" in found ? found.unavailable : "";
const isThere = missing === "";
const named = (title: string): string => needs(NATIVE_PACKAGES, isThere, title);

// Loading is asynchronous, the laws ask for fresh instances synchronously: each test takes one of these.
const spares = missing ? [] : await Promise.all(Array.from({ length: 113 }, () => nativeKernels()));
const native = (): Kernels => {
  const kernels = spares.pop();
  if (!kernels || "unavailable" in kernels) throw new Error("no spare native kernels: raise their number");
  return kernels;
};

test("what keeps the native back end from its libraries is their absence, nothing of ours", () => {
  if (!isThere)
    expect(missing).toMatch(/cannot open shared object|image not found|koffi could not be loaded/);
});

describe.skipIf(!isThere)(named("native"), () => {
  kernelLaws("native", native, referenceKernels);

  test("arrays at odd offsets, which FFTW cannot load as vectors, give the same transforms", () => {
    const kernels = native();
    const size = [6, 5, 8] as const;
    const points = 240;
    const index = sphereIndices(size, 0.6);
    const odd = (source: Float64Array) => {
      const out = kernels.alloc(source.length + 1).subarray(1);
      out.set(source);
      return out;
    };
    const x = randomPanel(kernels, points, 1);
    const c = randomPanel(kernels, index.length, 2);
    const [even, shifted] = [kernels.alloc(2 * points), odd(x)];
    kernels.fft(size).forward(even, x);
    kernels.fft(size).forward(shifted, shifted);
    notTiny(even);
    closeArrays(shifted, even, 1e-12, "full transform");

    const sphere = kernels.sphereFft(size, index);
    sphere.sphereToGrid(even, c);
    sphere.sphereToGrid(shifted, odd(c));
    notTiny(even);
    closeArrays(shifted, even, 1e-12, "sphereToGrid");
    const [back, backShifted] = [kernels.alloc(c.length), odd(c).fill(0)];
    sphere.gridToSphere(back, even);
    sphere.gridToSphere(backShifted, shifted);
    notTiny(back);
    closeArrays(backShifted, back, 1e-13, "gridToSphere");
  });

  test("plane waves with gaps between them, more than worth skipping, are transformed as the oracle does", () => {
    const [mine, theirs] = [native(), referenceKernels()];
    const size = [14, 15, 6] as const;
    const points = 14 * 15 * 6;
    const index = Int32Array.from({ length: points }, (_, i) => i).filter((i) => {
      const [x, y] = [i % 14, Math.floor(i / 14) % 15];
      return x % 3 === 1 && y % 4 === 2; // five runs in x, four in y, none at the origin
    });
    const psi = randomPanel(mine, index.length, 1);
    const grid = mine.alloc(2 * points);
    const expected = new Float64Array(2 * points);
    mine.sphereFft(size, index).sphereToGrid(grid, psi);
    theirs.sphereFft(size, index).sphereToGrid(expected, psi.slice());
    notTiny(grid);
    closeArrays(grid, expected, 1e-12, "sphereToGrid");
    const back = mine.alloc(psi.length);
    mine.sphereFft(size, index).gridToSphere(back, grid);
    closeArrays(back, psi, 1e-13, "gridToSphere undoes it");
  });

  test("arrays that are too short, of another type or detached never reach native code", () => {
    const kernels = native();
    const x = kernels.alloc(2 * 8);
    const short = kernels.alloc(2 * 8 - 1);
    const single = new Float32Array(16) as unknown as Float64Array;
    const detached = new Float64Array(16);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    for (const bad of [short, single, detached]) {
      expect(() => kernels.fft([2, 2, 2]).forward(bad, x)).toThrow(/bug: fft: out: needs a Float64Array/);
      expect(() => kernels.fft([2, 2, 2]).inverse(x, bad)).toThrow(/fft: x/);
      expect(() => kernels.gemm("N", "C", 2, 2, 4, 1, x, 2, bad, 2, 0, x, 2)).toThrow(/gemm: B/);
      expect(() => kernels.eigh(4, kernels.alloc(32), 4, x, bad, 4)).toThrow(/eigh: V/);
      expect(() => kernels.sphereFft([2, 2, 2], Int32Array.of(0)).sphereToGrid(bad, x)).toThrow(/grid/);
    }
    expect(() => kernels.gemm("N", "N", 3, 1, 1, 1, x, 2, x, 1, 0, x, 3)).toThrow(/leading dimension 2/);
    expect(() => kernels.gemm("N", "N", 1.5, 1, 1, 1, x, 2, x, 1, 0, x, 3)).toThrow(/integer/);
    expect(() => kernels.fft([17, 2, 2])).toThrow(/size 17 must be a product/);
    expect(() => kernels.sphereFft([2, 2, 2], Int32Array.of(8))).toThrow(/outside the grid/);
    expect(() => kernels.sphereFft([2, 2, 2], Int32Array.of(3, 3))).toThrow(/twice/);
  });

  test("arrays begin at multiples of 64 bytes and are counted", async () => {
    const koffi = (await import("koffi")).default;
    const kernels = native();
    const before = kernels.memory();
    const arrays = [1, 7, 1000].map((length) => kernels.alloc(length));
    kernels.scratch((take) => arrays.push(take(3), take(5)));
    for (const array of arrays) expect(koffi.address(array) % 64n).toBe(0n);
    expect(kernels.memory().held - before.held).toBeGreaterThanOrEqual(8 * 1008);
    expect(kernels.memory().peak).toBeGreaterThanOrEqual(kernels.memory().held);
  });

  test("a matrix with a NaN is not positive definite", () => {
    const kernels = native();
    for (const at of [0, 6, 9]) {
      const a = kernels.alloc(18);
      a[0] = a[8] = a[16] = 2;
      expect(kernels.cholesky(3, a.slice(), 3)).toBe(true);
      a[at] = Number.NaN;
      expect(kernels.cholesky(3, a, 3)).toBe(at === 9);
    }
  });

  test("a matrix with a NaN has no eigenvalues", () => {
    const kernels = native();
    for (const n of [3, 40]) {
      const [a, values, v] = [kernels.alloc(2 * n * n), kernels.alloc(n), kernels.alloc(2 * n * n)];
      a[2 * (n - 1)] = Number.NaN; // below the diagonal
      expect(() => kernels.eigh(n, a, n, values, v, n)).toThrow(/not finite/);
    }
  });

  test("planning goes on after garbage collection, which closes libraries nobody holds", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const kernels = native();
    for (let round = 0; round < 3; round++) {
      collect();
      await new Promise((resolve) => setImmediate(resolve)); // finalisers run between tasks
    }
    const x = randomPanel(kernels, 3 * 14 * 15, 1);
    const y = kernels.alloc(x.length);
    kernels.fft([3, 14, 15]).forward(y, x);
    notTiny(y);
  });

  test("the back end says what it found", () => {
    const { backend, features } = native();
    expect(backend).toBe("native");
    expect(features.library).toMatch(/fftw-3\..*, OpenBLAS 0\./);
  });
});

describe("absence", () => {
  /** FFTW is looked for first: only where it is there can OpenBLAS be what is missing. */
  const absent = async (key: "fftw" | "openblas"): Promise<void> => {
    const answer = await nativeKernels({ [key]: ["libstillwave-none.so.7"] });
    expect(answer).toHaveProperty("unavailable");
    expect((answer as { unavailable: string }).unavailable).toMatch(
      /no library found among libstillwave-none\.so\.7 \(.+\)|koffi could not be loaded/,
    );
  };
  test("a missing FFTW is an answer with a reason, not an error", () => absent("fftw"));
  test.skipIf(!isThere)(named("a missing OpenBLAS is an answer with a reason, not an error"), () =>
    absent("openblas"),
  );

  test.skipIf(!isThere)(named("a library without the functions we need is unavailable too"), async () => {
    const answer = await nativeKernels({ openblas: ["libfftw3.so.3"] });
    expect(answer).toHaveProperty("unavailable");
    expect((answer as { unavailable: string }).unavailable).toMatch(/lacks a function.*openblas_get_config/);
  });

  test.skipIf(!isThere)(named("the main thread needs no library for safe planning"), async () => {
    const answer = await nativeKernels({ fftwThreads: ["libstillwave-none.so.7"] });
    // Test runners may run this file in a worker thread, where it must be refused instead.
    const { isMainThread } = await import("node:worker_threads");
    expect("unavailable" in answer).toBe(!isMainThread);
  });
});
