import { describe, expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import type { GridSize, Kernels } from "../../src/kernels/kernels.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { BINARIES } from "../../src/kernels/wasm/binary.generated.ts";
import { isSupported } from "../../src/kernels/wasm/module.ts";
import { wasmKernels, wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { closeArrays, notTiny } from "../close.ts";
import { lowRankLaw, randomPanel } from "./dense-laws.ts";
import { kernelLaws, sphereIndices } from "./laws.ts";

kernelLaws("wasm simd", () => wasmKernelsSync({ fma: false }), referenceKernels);

test("one instruction tells whether the engine takes the build with fused multiply-add", () => {
  const takes = (build: keyof typeof BINARIES) =>
    WebAssembly.validate(Buffer.from(BINARIES[build].base64, "base64"));
  expect(takes("simd")).toBe(true);
  expect(isSupported("fma")).toBe(takes("fma"));
});

const fmaMissing = await wasmKernels({ fma: true }).then(
  () => undefined,
  (error: Error) => error.message,
);
if (fmaMissing === undefined) {
  kernelLaws("wasm fma", () => wasmKernelsSync({ fma: true }), referenceKernels);
} else test("wasm fma kernels", ({ skip }) => skip(fmaMissing));

const simd = () => wasmKernelsSync({ fma: false });

/** What the pruned transform must equal: plane waves put on the whole grid, which is then transformed. */
function unpruned(kernels: Kernels, size: GridSize, index: Int32Array, c: Float64Array): Float64Array {
  const grid = kernels.alloc(2 * size[0] * size[1] * size[2]);
  index.forEach((at, i) => {
    grid.set(c.subarray(2 * i, 2 * i + 2), 2 * at);
  });
  kernels.fft(size).inverse(grid, grid);
  return grid;
}

describe("pruned transforms", () => {
  const some = (size: GridSize, share: number): Int32Array => {
    const stream = random(5);
    const all = Array.from({ length: size[0] * size[1] * size[2] }, (_, i) => i);
    return Int32Array.from(all.filter(() => stream.uniform() < share));
  };
  const cases: [string, GridSize, (size: GridSize) => Int32Array][] = [
    ["a sphere, long axis z", [12, 10, 60], (size) => sphereIndices(size, 0.5)],
    ["a sphere, long axis y", [12, 60, 10], (size) => sphereIndices(size, 0.5)],
    ["a sphere, long axis x", [60, 10, 12], (size) => sphereIndices(size, 0.5)],
    ["more columns than a tile holds", [36, 40, 8], (size) => sphereIndices(size, 0.9)],
    ["points strewn at random", [15, 14, 16], (size) => some(size, 0.02)],
    ["every point", [6, 5, 7], (size) => some(size, 2)],
    ["one point", [8, 9, 10], () => Int32Array.of(3 + 8 * (4 + 9 * 7))],
    ["a flat grid", [1, 20, 18], (size) => some(size, 0.2)],
    ["a line", [1, 1, 30], (size) => some(size, 0.3)],
    ["short axes of one pass", [4, 5, 6], (size) => some(size, 0.3)],
  ];
  for (const [what, size, choose] of cases)
    test(`of ${what} equal the full transform, there and back`, () => {
      const kernels = simd();
      const index = choose(size);
      const n = index.length;
      const points = size[0] * size[1] * size[2];
      const fft = kernels.sphereFft(size, index);
      const c = randomPanel(kernels, n, 1);
      const expected = unpruned(kernels, size, index, c);
      notTiny(expected);
      const grid = kernels.alloc(2 * points).fill(Number.NaN); // what was there must not matter
      fft.sphereToGrid(grid, c);
      // n unit numbers are summed in log N rounds: an error of n·log N·2⁻⁵³ at the very most.
      closeArrays(grid, expected, 2e-16 * (n + 4) * Math.log2(2 * points), "sphereToGrid");
      const back = kernels.alloc(2 * n);
      fft.gridToSphere(back, grid);
      closeArrays(back, c, 1e-14, "gridToSphere");

      // Adjoint: ⟨φ, V ψ⟩ of plane waves is Σ_r V conj(φ) ψ / N, for real V and on any set of plane waves.
      const phi = randomPanel(kernels, n, 2);
      const v = randomPanel(kernels, points, 3).subarray(0, points);
      const hpsi = kernels.alloc(2 * n);
      fft.applyPotential(hpsi, c, v, 1);
      const dots = kernels.alloc(2);
      kernels.columnDots(dots, n, 1, phi, hpsi);
      const phiGrid = unpruned(kernels, size, index, phi);
      let [re, im, bound] = [0, 0, 0];
      for (let r = 0; r < points; r++) {
        const [ar, ai] = [phiGrid[2 * r]!, phiGrid[2 * r + 1]!];
        const [br, bi] = [(v[r]! / points) * expected[2 * r]!, (v[r]! / points) * expected[2 * r + 1]!];
        re += ar * br + ai * bi;
        im += ar * bi - ai * br;
        bound += Math.hypot(ar, ai) * Math.hypot(br, bi);
      }
      notTiny([re, im], 1e-6);
      closeArrays(dots, [re, im], 1e-14 * bound, "⟨φ, V ψ⟩");

      const rho = kernels.alloc(points);
      fft.accumulateDensity(rho, c, kernels.alloc(1).fill(3), 1);
      const density = Float64Array.from(
        { length: points },
        (_, r) => 3 * (expected[2 * r]! ** 2 + expected[2 * r + 1]! ** 2),
      );
      closeArrays(rho, density, 1e-14 * Math.max(...density), "3|u|²");
    });

  test("refuse a grid point outside the grid or named twice", () => {
    expect(() => simd().sphereFft([4, 4, 4], Int32Array.of(0, 64))).toThrow(
      /index 64 is outside the 4×4×4 grid/,
    );
    expect(() => simd().sphereFft([4, 4, 4], Int32Array.of(5, 9, 5))).toThrow(/grid point 5 appears twice/);
    expect(() => simd().fft([4, 34, 4])).toThrow(/size 34/);
  });
});

/** One value of every kind of kernel on arrays of this instance. */
function fingerprint(kernels: Kernels): Float64Array {
  const [n, m] = [21, 50];
  const x = randomPanel(kernels, m * n, 1);
  const s = kernels.alloc(2 * n * n);
  kernels.hermitianOverlap(n, m, x, m, x, m, s, n);
  const r = kernels.alloc(2 * n * n);
  r.set(s);
  kernels.cholesky(n, r, n);
  const [values, v] = [kernels.alloc(n), kernels.alloc(2 * n * n)];
  kernels.eigh(n, s, n, values, v, n);
  const size: GridSize = [6, 10, 12];
  const grid = randomPanel(kernels, 720, 2);
  kernels.fft(size).forward(grid, grid);
  const index = sphereIndices(size, 0.6);
  const c = kernels.alloc(2 * index.length);
  kernels.sphereFft(size, index).gridToSphere(c, grid);
  kernels.solveTriangularRight(m, n, r, n, x, m);
  return Float64Array.of(...values, ...r, ...c, ...x);
}

describe("linear memory", () => {
  test("growing keeps old views alive, and kernels take old and new ones together", () => {
    const kernels = simd();
    const old = randomPanel(kernels, 64, 1);
    const copy = old.slice();
    const recent = kernels.alloc(8 << 20);
    expect(recent.buffer).not.toBe(old.buffer); // it did grow
    expect(old).toEqual(copy);
    kernels.multiplyRows(recent.subarray(0, 128), 64, 1, kernels.alloc(64).fill(2), old);
    expect(recent.subarray(0, 128)).toEqual(copy.map((v) => 2 * v));
    old[5] = 42;
    kernels.addScaledColumns(recent, 64, 1, old, kernels.alloc(1), old);
    expect(recent[5]).toBe(42); // the same bytes, not a copy of them
    expect(kernels.memory().held).toBeGreaterThan(64 << 20);
  });

  test("arrays are aligned to 64 bytes, zero, and apart from each other", () => {
    const kernels = simd();
    const arrays = [1, 7, 8, 9, 1000].map((length) => kernels.alloc(length));
    arrays.forEach((x, i) => {
      expect(x.byteOffset % 64).toBe(0);
      expect(x.every((v) => v === 0)).toBe(true);
      x.fill(i + 1);
    });
    arrays.forEach((x, i) => {
      expect(x.every((v) => v === i + 1)).toBe(true);
    });
  });

  test("kernels work across 2 GiB and beyond as they do below", (context) => {
    const low = simd();
    const expected = fingerprint(low);
    notTiny(expected);
    const numbers = low.memory().held / 8;
    // In steps shorter than any work area the boundary of 2³¹ bytes, where a signed address turns negative, falls
    // into each array in turn. What is skipped over is reserved and never touched.
    for (let before = 750; before < numbers; before += 750) {
      const high = simd();
      try {
        high.alloc(2 ** 28 - 8192 - before);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        context.skip(error.message);
      }
      expect(high.alloc(1).byteOffset).toBeLessThan(2 ** 31);
      expect(fingerprint(high)).toEqual(expected);
      expect(high.alloc(1).byteOffset).toBeGreaterThan(2 ** 31);
    }
  });

  test("the last megabyte of 4 GiB is to be had, and not one more", (context) => {
    try {
      new WebAssembly.Memory({ initial: 65536, maximum: 65536, shared: true });
    } catch (error) {
      context.skip(`4 GiB are not to be had here: ${error}`);
    }
    const kernels = simd();
    kernels.alloc(2 ** 29 - 2 ** 18); // all but 2 MiB; what grows by more than needed must not fail for it
    const last = kernels.alloc(2 ** 17).fill(1);
    const norm = kernels.alloc(1);
    kernels.columnNorms2(norm, 2 ** 16, 1, last);
    expect(norm[0]).toBe(2 ** 17);
    expect(() => kernels.alloc(2 ** 17)).toThrow(/4\.00 GiB of memory are not to be had \(at most 4 GiB\)/);
  });

  test("memory of fixed size gives the same numbers, and says so when it is full", () => {
    const kernels = wasmKernelsSync({ fma: false, shared: false });
    const x = kernels.alloc(4);
    expect(x.buffer).toBeInstanceOf(ArrayBuffer);
    expect(fingerprint(kernels)).toEqual(fingerprint(simd()));
    expect(() => kernels.alloc(2 ** 27)).toThrow(/1\.0. GiB of memory are not to be had/);
    expect(fingerprint(kernels)).toEqual(fingerprint(simd())); // a refusal spoils nothing
    expect(x.length).toBe(4); // not detached
  });

  test("arrays from elsewhere and short ones are refused before a kernel sees them", () => {
    const kernels = simd();
    const x = kernels.alloc(20);
    const out = kernels.alloc(1);
    expect(() => kernels.columnNorms2(out, 10, 1, new Float64Array(20))).toThrow(
      /^bug: columnNorms2.*not made by/,
    );
    expect(() => kernels.columnNorms2(out, 10, 1, simd().alloc(20))).toThrow(
      /^bug: columnNorms2.*not made by/,
    );
    expect(() => kernels.columnNorms2(out, 11, 1, x)).toThrow(/^bug: columnNorms2: needs 22 numbers, got 20/);
    expect(() => kernels.gemm("N", "N", 3, 1, 1, 1, x, 2, x, 1, 0, out, 3)).toThrow(
      /^bug: gemm A: leading dimension 2/,
    );
    kernels.columnNorms2(out, 10, 1, x.fill(1));
    expect(out[0]).toBe(20);
  });

  test("kernels write nowhere but into their outputs", () => {
    const kernels = simd();
    const fences: Float64Array[] = [];
    const fenced: Kernels = {
      ...kernels,
      alloc(length) {
        fences.push(kernels.alloc(8).fill(1));
        const out = kernels.alloc(length);
        fences.push(kernels.alloc(8).fill(1));
        return out;
      },
    };
    notTiny(fingerprint(fenced));
    const size: GridSize = [10, 6, 12];
    const index = sphereIndices(size, 0.7);
    const n = index.length;
    const psi = randomPanel(fenced, 2 * n, 1);
    const kept = psi.slice();
    const v = fenced.alloc(720).fill(1);
    const fft = kernels.sphereFft(size, index);
    const hpsi = fenced.alloc(4 * n);
    fft.applyPotential(hpsi, psi, v, 2);
    closeArrays(hpsi, psi, 1e-14, "V = 1"); // the work was done
    const partner = Int32Array.from(index, (_, i) => (i < n - 1 ? i ^ 1 : i));
    for (const [apply, numbers, bands] of [
      [fft.applyPotential, 4 * n, 2],
      [fft.realPotential!({ partner }), 3 * n, 3],
      [fft.realPotential!({ phase: kept.subarray(0, 2 * n) }), n, 1],
    ] as const) {
      const rounded = fenced.alloc(numbers);
      apply(rounded, psi, v, bands, true);
      notTiny(rounded);
    }
    fft.accumulateDensity(v, psi, fenced.alloc(2).fill(1), 2);
    expect(psi).toEqual(kept);
    expect(fences.length).toBeGreaterThan(10);
    for (const fence of fences) expect(fence.every((x) => x === 1)).toBe(true);
  });
});

describe("products of more than one block", () => {
  for (const [m, n, k] of [
    [130, 9, 300],
    [3, 515, 4],
    [70, 520, 260],
    [700, 6, 30],
  ] as const)
    test(`${m}×${n}×${k}: (A B) x = A (B x) for every op`, () => {
      const kernels = simd();
      for (const opA of ["N", "C"] as const)
        for (const opB of ["N", "C"] as const) {
          const [lda, ldb] = [opA === "N" ? m : k, opB === "N" ? k : n];
          const [a, b, x] = [
            randomPanel(kernels, m * k, 1),
            randomPanel(kernels, k * n, 2),
            randomPanel(kernels, n, 3),
          ];
          const [ab, abx, bx] = [kernels.alloc(2 * m * n), kernels.alloc(2 * m), kernels.alloc(2 * k)];
          kernels.gemm(opA, opB, m, n, k, 1, a, lda, b, ldb, 0, ab, m);
          kernels.gemm("N", "N", m, 1, n, 1, ab, m, x, n, 0, abx, m);
          kernels.gemm(opB, "N", k, 1, n, 1, b, ldb, x, n, 0, bx, k);
          const expected = kernels.alloc(2 * m);
          kernels.gemm(opA, "N", m, 1, k, 1, a, lda, bx, k, 0, expected, m);
          notTiny(expected);
          // Σ of n·k products of unit numbers: size √(n·k), and rounding grows alike.
          closeArrays(abx, expected, 1e-14 * Math.sqrt(n * k), `${opA}${opB}`);
        }
    });

  test("an overlap of 520 vectors is the general product", () => {
    const kernels = simd();
    const [n, k] = [520, 64]; // two blocks of columns and three of rows
    const a = randomPanel(kernels, n * k, 1);
    const [half, whole] = [kernels.alloc(2 * n * n), kernels.alloc(2 * n * n)];
    kernels.hermitianOverlap(n, k, a, k, a, k, half, n);
    kernels.gemm("C", "N", n, n, k, 1, a, k, a, k, 0, whole, n);
    notTiny(whole);
    closeArrays(half, whole, 1e-13);
  });
});

test("products of nothing are zero, and bands of no number are nothing", () => {
  const kernels = simd();
  const c = randomPanel(kernels, 6, 1);
  kernels.gemm("N", "N", 2, 3, 0, 1, c.subarray(0, 0), 2, c.subarray(0, 0), 1, 0, c, 2);
  expect(c.every((v) => v === 0)).toBe(true);
  c.fill(3);
  kernels.gemm("C", "N", 2, 3, 0, 1, c.subarray(0, 0), 1, c.subarray(0, 0), 1, 0.5, c, 2);
  expect(c.every((v) => v === 1.5)).toBe(true);
  const fft = kernels.sphereFft([4, 4, 4], new Int32Array(0));
  const grid = kernels.alloc(128).fill(5);
  fft.sphereToGrid(grid, c.subarray(0, 0));
  expect(grid.every((v) => v === 0)).toBe(true);
});

test("eigh keeps scales that squares cannot hold, and complains of NaN", () => {
  const kernels = simd();
  const n = 6;
  const make = (scale: number) => {
    const a = kernels.alloc(2 * n * n);
    const stream = random(8);
    for (let j = 0; j < n; j++)
      for (let i = j; i < n; i++)
        a.set([scale * stream.normal(), i === j ? 0 : scale * stream.normal()], 2 * (i + j * n));
    return a;
  };
  const values = (scale: number) => {
    const out = kernels.alloc(n);
    kernels.eigh(n, make(scale), n, out, kernels.alloc(2 * n * n), n);
    return out;
  };
  const unit = values(1);
  notTiny(unit);
  // Powers of two: scaling is exact, so the results must be the same to the last bit.
  for (const exponent of [-900, -600, 600, 900])
    expect(values(2 ** exponent)).toEqual(unit.map((v) => v * 2 ** exponent));
  // Subnormal entries have few digits: one unit of 2⁻¹⁰⁷⁴ in each of n² of them.
  closeArrays(
    values(2 ** -1030),
    unit.map((v) => v * 2 ** -1030),
    n * n * 2 ** -1074,
  );
  const bad = make(1);
  bad[2] = Number.NaN;
  expect(() => kernels.eigh(n, bad, n, kernels.alloc(n), kernels.alloc(2 * n * n), n)).toThrow(
    /eigh: .*order 6/,
  );
});

test("eigh converges for low rank in a large order, where rows below the first few are rounding noise", () => {
  lowRankLaw(simd(), 300, 13);
});

test("eigh sees couplings a millionth of the norm", () => {
  const kernels = simd();
  const n = 40;
  const stream = random(9);
  const a = kernels.alloc(2 * n * n);
  for (let j = 0; j < n; j++)
    for (let i = j; i < n; i++) {
      const [re, im] = i === j ? [1 + (j % 3) * 1e-7, 0] : [1e-7 * stream.normal(), 1e-7 * stream.normal()];
      a.set([re, im], 2 * (i + j * n));
      a.set([re, -im], 2 * (j + i * n));
    }
  const kept = kernels.alloc(a.length);
  kept.set(a);
  const [values, v] = [kernels.alloc(n), kernels.alloc(2 * n * n)];
  kernels.eigh(n, a, n, values, v, n);
  expect(values[n - 1]! - values[0]!).toBeGreaterThan(1e-7); // the couplings do matter
  const av = kernels.alloc(2 * n * n);
  kernels.gemm("N", "N", n, n, n, 1, kept, n, v, n, 0, av, n);
  const negative = kernels.alloc(n);
  negative.set(values.map((x) => -x));
  kernels.addScaledColumns(av, n, n, av, negative, v);
  closeArrays(av, new Float64Array(2 * n * n), 1e-14, "A V − V Λ");
});

test("bands of zero weight are skipped, whatever they hold", () => {
  const kernels = simd();
  const fft = kernels.sphereFft([4, 6, 5], Int32Array.of(0, 7, 50));
  const psi = randomPanel(kernels, 9, 1);
  const [rho, expected] = [kernels.alloc(120), kernels.alloc(120)];
  const w = kernels.alloc(3);
  w.set([2, 0, 1]);
  fft.accumulateDensity(expected, psi, w, 3);
  notTiny(expected);
  psi.fill(Number.NaN, 6, 12);
  fft.accumulateDensity(rho, psi, w, 3);
  expect(rho).toEqual(expected);
});

test("fused and plain builds differ by rounding, and name themselves", (context) => {
  if (fmaMissing !== undefined) context.skip(fmaMissing);
  const [plain, fused] = [simd(), wasmKernelsSync({ fma: true })];
  expect([plain.features.fma, fused.features.fma]).toEqual([false, true]);
  const [a, b] = [fingerprint(plain), fingerprint(fused)];
  expect(b).not.toEqual(a); // else the fused build fuses nothing
  closeArrays(b, a, 1e-12 * Math.max(...a.map(Math.abs)), "every kernel");
});
