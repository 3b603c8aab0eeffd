import { describe, expect, test } from "vitest";
import { fastestBackend } from "../../src/kernels/backends.ts";
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
const spares = missing ? [] : await Promise.all(Array.from({ length: 130 }, () => nativeKernels()));
const spareOutside = missing
  ? []
  : await Promise.all(Array.from({ length: 130 }, () => nativeKernels({ most: 0 })));
const spare = (from: typeof spares) => (): Kernels => {
  const kernels = from.pop();
  if (!kernels || "unavailable" in kernels) throw new Error("no spare native kernels: raise their number");
  return kernels;
};
const [native, outside] = [spare(spares), spare(spareOutside)];

test("what keeps the native back end from its libraries is their absence, nothing of ours", () => {
  if (!isThere)
    expect(missing).toMatch(/cannot open shared object|image not found|koffi could not be loaded/);
});

test("large panels are worth the library where it is installed, small ones are not", async () => {
  expect(await fastestBackend(1999, 50)).toBe("wasm");
  expect(await fastestBackend(2000, 50)).toBe(isThere ? "native" : "wasm");
});

describe.skipIf(!isThere)(named("native"), () => {
  kernelLaws("native", native, referenceKernels);
  kernelLaws("native, all arrays outside the memory of WebAssembly,", outside, referenceKernels);

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

  test("pairs of real bands outside the memory of WebAssembly have the digits of those inside", () => {
    const size = [12, 9, 10] as const;
    const index = sphereIndices(size, 0.6);
    const n = index.length;
    const partner = Int32Array.from(index, (_, i) => (i < n - 1 ? i ^ 1 : i));
    const results = [native(), outside()].map((kernels) => {
      const [psi, v] = [randomPanel(kernels, 4 * n, 1), randomPanel(kernels, 540, 2)];
      const images = [false, true].map((mayRound) => {
        const hpsi = kernels.alloc(7 * n);
        kernels.sphereFft(size, index).realPotential!({ partner })(hpsi, psi, v, 7, mayRound);
        notTiny(hpsi);
        return [...hpsi];
      });
      expect(images[1]).not.toEqual(images[0]); // a real band is one of two or of four, its digits are the same
      return images;
    });
    expect(results[1]).toEqual(results[0]);
  });

  test("arrays that are too short, of another type or detached never reach native code", () => {
    const kernels = native();
    const x = kernels.alloc(2 * 8);
    const short = kernels.alloc(2 * 8 - 1);
    const single = new Float32Array(16) as unknown as Float64Array;
    const detached = new Float64Array(16);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    for (const bad of [short, single, detached]) {
      expect(() => kernels.gemm("N", "C", 2, 2, 4, 1, x, 2, bad, 2, 0, x, 2)).toThrow(/gemm: B/);
      expect(() => kernels.eigh(4, kernels.alloc(32), 4, x, bad, 4)).toThrow(/eigh: V/);
    }
    expect(() => kernels.gemm("N", "N", 3, 1, 1, 1, x, 2, x, 1, 0, x, 3)).toThrow(/leading dimension 2/);
    expect(() => kernels.gemm("N", "N", 1.5, 1, 1, 1, x, 2, x, 1, 0, x, 3)).toThrow(/integer/);
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

  test("rounded products of panels beyond 16 MiB of work memory are exact for whole numbers", () => {
    const kernels = native();
    const { gemm, hermitianOverlap, single, alloc } = kernels.real;
    const [long, m, n] = [21_000, 120, 101];
    const whole = (count: number, step: number): Float64Array => {
      const out = alloc(count);
      for (let i = 0; i < count; i++) out[i] = ((i * step) % 17) - 8;
      return out;
    };
    const [a, b, factor] = [whole(long * m, 7919), whole(long * n, 104729), whole(m * n, 31)];
    const [c, d] = [whole(long * n, 104729), whole(long * n, 104729)];
    const { held } = kernels.memory();
    gemm("N", "N", long, n, m, -1, a, long, factor, m, 2, c, long);
    single!.gemm("N", "N", long, n, m, -1, a, long, factor, m, 2, d, long);
    closeArrays(d, c, 0, "2B − A F");
    gemm("C", "N", m, n, long, 1, a, long, b, long, 1, c, m);
    single!.gemm("C", "N", m, n, long, 1, a, long, b, long, 1, d, m);
    closeArrays(d, c, 0, "AᵀB + C");
    hermitianOverlap(m, long, a, long, a, long, c, m);
    single!.hermitianOverlap(m, long, a, long, a, long, d, m);
    closeArrays(d, c, 0, "AᵀA");
    notTiny(c.subarray(0, m * m));
    expect(kernels.memory().held - held).toBe(2 ** 24);
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

  test("the back end says what it found", () => {
    const { backend, features } = native();
    expect(backend).toBe("native");
    expect(features.library).toMatch(/^OpenBLAS 0\./);
  });
});

describe("absence", () => {
  test("a missing OpenBLAS is an answer with a reason, not an error", async () => {
    const answer = await nativeKernels({ openblas: ["libstillwave-none.so.7"] });
    expect(answer).toHaveProperty("unavailable");
    expect((answer as { unavailable: string }).unavailable).toMatch(
      /no library found among libstillwave-none\.so\.7 \(.+\)|koffi could not be loaded/,
    );
  });

  test.skipIf(!isThere)(named("a library without the functions we need is unavailable too"), async () => {
    const answer = await nativeKernels({ openblas: ["libc.so.6"] });
    expect(answer).toHaveProperty("unavailable");
    expect((answer as { unavailable: string }).unavailable).toMatch(/lacks a function.*openblas_get_config/);
  });
});
