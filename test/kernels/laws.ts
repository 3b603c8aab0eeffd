import { describe, expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import type { GridSize, Kernels, Op } from "../../src/kernels/kernels.ts";
import { closeArrays, notTiny } from "../close.ts";
import { transformedByFftJs, transformedByNdarray } from "./fft-oracles.ts";

/** Random complex panel in the memory of `kernels`. */
export function randomPanel(kernels: Kernels, length: number, seed: number): Float64Array {
  const stream = random(seed);
  const out = kernels.alloc(2 * length);
  for (let i = 0; i < out.length; i++) out[i] = stream.normal();
  return out;
}

const copyTo = (kernels: Kernels, x: Float64Array): Float64Array => {
  const out = kernels.alloc(x.length);
  out.set(x);
  return out;
};

/** Flat indices of the plane waves with |G_i| < n_i·fraction/2 inside an ellipsoid. */
export function sphereIndices([nx, ny, nz]: GridSize, fraction: number): Int32Array {
  const out: number[] = [];
  const f = (i: number, n: number) => (i < n / 2 ? i : i - n) / (n / 2);
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++)
        if (f(x, nx) ** 2 + f(y, ny) ** 2 + f(z, nz) ** 2 < fraction ** 2) out.push(x + nx * (y + ny * z));
  // Any order is allowed: sort them as a k-point might, by something other than the index.
  return Int32Array.from(out.sort((a, b) => ((a * 7919) % 1009) - ((b * 7919) % 1009) || a - b));
}

/** A V = V Λ within `tolerance`, VᴴV = 1. */
function eigenvectorLaw(
  kernels: Kernels,
  n: number,
  a: Float64Array,
  values: Float64Array,
  v: Float64Array,
  tolerance: number,
): void {
  const av = kernels.alloc(2 * n * n);
  kernels.gemm("N", "N", n, n, n, 1, a, n, v, n, 0, av, n);
  const negative = copyTo(
    kernels,
    values.map((x) => -x),
  );
  kernels.addScaledColumns(av, n, n, av, negative, v);
  closeArrays(av, new Float64Array(2 * n * n), tolerance, "A V − V Λ");
  const overlap = kernels.alloc(2 * n * n);
  kernels.hermitianOverlap(n, n, v, n, v, n, overlap, n);
  for (let j = 0; j < n; j++) overlap[2 * (j + j * n)]! -= 1;
  closeArrays(overlap, new Float64Array(2 * n * n), 1e-14 * (n + 10), "VᴴV − 1");
}

/** A = B Bᴴ with random B of `rank` columns: A V = V Λ, VᴴV = 1, and Λ is zero but for the eigenvalues of BᴴB. */
export function lowRankLaw(kernels: Kernels, n: number, rank: number): void {
  const b = randomPanel(kernels, n * rank, n + rank);
  const adjoint = kernels.alloc(2 * n * rank);
  for (let i = 0; i < n; i++)
    for (let r = 0; r < rank; r++)
      adjoint.set([b[2 * (i + r * n)]!, -b[2 * (i + r * n) + 1]!], 2 * (r + i * rank));
  const gram = kernels.alloc(2 * rank * rank);
  kernels.gemm("C", "N", rank, rank, n, 1, b, n, b, n, 0, gram, rank);
  const expected = kernels.alloc(rank);
  kernels.eigh(rank, gram, rank, expected, kernels.alloc(2 * rank * rank), rank);
  const norm = expected[rank - 1]!;
  expect(expected[0]).toBeGreaterThan(norm / 100); // far from the zeros

  const a = kernels.alloc(2 * n * n);
  kernels.gemm("N", "N", n, n, rank, 1, b, n, adjoint, rank, 0, a, n);
  const kept = copyTo(kernels, a);
  const [values, v] = [kernels.alloc(n), kernels.alloc(2 * n * n)];
  kernels.eigh(n, a, n, values, v, n);
  // Rounding of a backward stable method, relative to ‖A‖.
  closeArrays(values, [...new Array<number>(n - rank).fill(0), ...expected], 1e-15 * n * norm, "eigenvalues");
  eigenvectorLaw(kernels, n, kept, values, v, 1e-15 * n * norm);
}

/** What every back end must satisfy: agreement with the oracle, and laws that need no oracle. */
export function kernelLaws(name: string, make: () => Kernels, oracle: () => Kernels): void {
  describe(`${name} kernels`, () => {
    const sizes: GridSize[] = [
      [1, 1, 1],
      [2, 3, 5],
      [8, 8, 8],
      [7, 6, 10],
      [12, 9, 20],
      [25, 4, 27],
      [14, 18, 40],
      [30, 32, 36],
      [24, 1, 45],
      [22, 13, 6],
      [11, 26, 33],
    ];
    for (const size of sizes)
      test(`transforms on ${size.join("×")} agree with the oracle, and forward undoes inverse`, () => {
        const [mine, theirs] = [make(), oracle()];
        const points = size[0] * size[1] * size[2];
        const x = randomPanel(mine, points, 1);
        notTiny(x);
        const y = mine.alloc(2 * points);
        const expected = new Float64Array(2 * points);
        for (const direction of ["forward", "inverse"] as const) {
          mine.fft(size)[direction](y, x);
          theirs.fft(size)[direction](expected, x.slice());
          // Random data of size 1: sums of N terms grow like √N, rounding like √N·log N·2⁻⁵³.
          closeArrays(y, expected, 2e-15 * Math.sqrt(points) * Math.log2(2 * points), direction);
        }
        mine.fft(size).forward(y, y);
        closeArrays(
          y,
          x.map((v) => v * points),
          4e-15 * points * Math.log2(2 * points),
          "forward(inverse(x)) / N",
        );
      });

    test.each(["forward", "inverse"] as const)("two packages agree on the transform %s", (direction) => {
      const mine = make();
      const transformed = (size: GridSize, x: Float64Array) => {
        const y = mine.alloc(x.length);
        mine.fft(size)[direction](y, x);
        return y;
      };
      for (const size of [
        [8, 6, 5],
        [9, 14, 10],
        [11, 13, 4],
        [25, 1, 12],
      ] as const) {
        const points = size[0] * size[1] * size[2];
        const x = randomPanel(mine, points, 7);
        const limit = 2e-14 * Math.sqrt(points); // ndarray-fft rounds more: its lengths other than 2ᵏ are convolutions
        closeArrays(transformed(size, x), transformedByNdarray(size, x, direction), limit, `${size}`);
      }
      for (const n of [2, 16, 128]) {
        const x = randomPanel(mine, n, n);
        const limit = 2e-15 * Math.sqrt(n) * Math.log2(2 * n);
        closeArrays(transformed([1, n, 1], x), transformedByFftJs(n, x, direction), limit, `${n}`);
      }
    });

    for (const [size, fraction] of [
      [[12, 12, 20], 0.5],
      [[9, 15, 14], 0.5],
      [[24, 24, 45], 0.49],
      [[5, 6, 7], 1.8],
      [[16, 10, 12], 0.3],
      [[22, 26, 11], 0.5],
    ] as [GridSize, number][])
      test(`pruned transforms on ${size.join("×")} agree with the oracle`, () => {
        const [mine, theirs] = [make(), oracle()];
        const points = size[0] * size[1] * size[2];
        const index = sphereIndices(size, fraction);
        const n = index.length;
        const nBands = 3;
        const fft = mine.sphereFft(size, index);
        const witness = theirs.sphereFft(size, index);
        expect(fft.planeWaves).toBe(n);
        const psi = randomPanel(mine, n * nBands, 2);
        const v = mine.alloc(points);
        const stream = random(3);
        for (let r = 0; r < points; r++) v[r] = stream.normal();

        const grid = mine.alloc(2 * points).fill(7); // stale data must not leak in
        const expectedGrid = new Float64Array(2 * points);
        fft.sphereToGrid(grid, psi.subarray(2 * n, 4 * n));
        witness.sphereToGrid(expectedGrid, psi.slice(2 * n, 4 * n));
        notTiny(grid);
        closeArrays(grid, expectedGrid, 1e-13 * Math.sqrt(n), "sphereToGrid");

        const back = mine.alloc(2 * n);
        fft.gridToSphere(back, grid);
        closeArrays(back, psi.subarray(2 * n, 4 * n), 1e-13, "gridToSphere undoes sphereToGrid");

        const hpsi = randomPanel(mine, n * nBands, 4);
        const expectedH = hpsi.slice();
        fft.applyPotential(hpsi, psi, v, nBands);
        witness.applyPotential(expectedH, psi.slice(), v.slice(), nBands);
        closeArrays(hpsi, expectedH, 1e-12, "applyPotential accumulates");

        const rho = mine.alloc(points).fill(1);
        const expectedRho = new Float64Array(points).fill(1);
        const w = copyTo(mine, Float64Array.of(0.5, 0, 2));
        fft.accumulateDensity(rho, psi, w, nBands);
        witness.accumulateDensity(expectedRho, psi.slice(), w.slice(), nBands);
        closeArrays(rho, expectedRho, 1e-12 * n, "accumulateDensity");

        // Several sets in one pass are what each gives by itself, to the last digit.
        const sets = copyTo(mine, Float64Array.of(0.5, 0, 2, 0, 0, -3, 1, 0, 0));
        const together = mine.alloc(3 * points).fill(1);
        fft.accumulateDensity(together, psi, sets, nBands, 3);
        for (let s = 0; s < 3; s++) {
          const alone = mine.alloc(points).fill(1);
          fft.accumulateDensity(alone, psi, copyTo(mine, sets.slice(nBands * s, nBands * (s + 1))), nBands);
          expect(together.slice(points * s, points * (s + 1))).toEqual(alone.slice());
        }
      });

    for (const [m, n, k] of [
      [1, 1, 1],
      [5, 3, 7],
      [17, 21, 300],
      [130, 9, 33],
      [64, 65, 66],
      [4, 130, 1],
    ] as const)
      test(`gemm ${m}×${n}×${k} agrees with the oracle for every op, leading dimension and coefficient`, () => {
        const [mine, theirs] = [make(), oracle()];
        for (const opA of ["N", "C"] as Op[])
          for (const opB of ["N", "C"] as Op[])
            for (const [alpha, beta] of [
              [1, 0],
              [-0.5, 1],
              [2, -0.3],
            ] as const) {
              const lda = (opA === "N" ? m : k) + 2;
              const ldb = (opB === "N" ? k : n) + 1;
              const ldc = m + 3;
              const a = randomPanel(mine, lda * (opA === "N" ? k : m), 5);
              const b = randomPanel(mine, ldb * (opB === "N" ? n : k), 6);
              const c = randomPanel(mine, ldc * n, 7);
              if (beta === 0) for (let j = 0; j < n; j++) c.fill(Number.NaN, 2 * j * ldc, 2 * (j * ldc + m)); // β = 0 overwrites
              const expected = c.slice();
              mine.gemm(opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
              theirs.gemm(opA, opB, m, n, k, alpha, a.slice(), lda, b.slice(), ldb, beta, expected, ldc);
              closeArrays(c, expected, 1e-14 * k + 1e-14, `${opA}${opB}`);
            }
      });

    for (const [n, k] of [
      [1, 5],
      [7, 40],
      [33, 500],
      [90, 64],
    ] as const)
      test(`hermitianOverlap ${n}×${k} is AᴴB`, () => {
        const [mine, theirs] = [make(), oracle()];
        const lda = k + 1;
        const a = randomPanel(mine, lda * n, 8);
        const h = randomPanel(mine, k * k, 9);
        for (let j = 0; j < k; j++)
          for (let i = 0; i <= j; i++) {
            h[2 * (j + i * k)] = h[2 * (i + j * k)]!;
            h[2 * (j + i * k) + 1] = i === j ? 0 : -h[2 * (i + j * k) + 1]!;
            if (i === j) h[2 * (i + j * k) + 1] = 0;
          }
        const b = mine.alloc(2 * k * n);
        mine.gemm("N", "N", k, n, k, 1, h, k, a, lda, 0, b, k);
        const c = mine.alloc(2 * (n + 2) * n);
        mine.hermitianOverlap(n, k, a, lda, b, k, c, n + 2);
        const expected = new Float64Array(2 * (n + 2) * n);
        theirs.gemm("C", "N", n, n, k, 1, a.slice(), lda, b.slice(), k, 0, expected, n + 2);
        notTiny(c);
        closeArrays(c, expected, 3e-14 * k * Math.sqrt(k), "AᴴB");
        for (let j = 0; j < n; j++)
          for (let i = 0; i < n; i++) {
            const [upper, lower] = [2 * (i + j * (n + 2)), 2 * (j + i * (n + 2))];
            if (c[upper] !== c[lower] || c[upper + 1]! + c[lower + 1]! !== 0)
              expect.fail(`elements ${i}, ${j} and ${j}, ${i} are not conjugate`);
          }
      });

    for (const n of [1, 2, 5, 16, 33, 70, 130])
      test(`cholesky and triangular solves of order ${n} undo multiplication`, () => {
        const mine = make();
        const m = 11;
        const g = randomPanel(mine, (n + 9) * n, 10);
        const lda = n + 1;
        const a = mine.alloc(2 * lda * n);
        mine.hermitianOverlap(n, n + 9, g, n + 9, g, n + 9, a, lda);
        const original = a.slice();
        expect(mine.cholesky(n, a, lda)).toBe(true);
        for (let j = 0; j < n; j++) {
          expect(a[2 * (j + j * lda) + 1]).toBe(0);
          const below = a.subarray(2 * (j + 1 + j * lda), 2 * (n + j * lda));
          if (below.some((x) => x !== 0)) expect.fail(`column ${j} is not zero below the diagonal`);
        }
        const product = mine.alloc(2 * lda * n);
        mine.gemm("C", "N", n, n, n, 1, a, lda, a, lda, 0, product, lda);
        for (let j = 0; j < n; j++)
          closeArrays(
            product.subarray(2 * j * lda, 2 * (j * lda + n)),
            original.subarray(2 * j * lda, 2 * (j * lda + n)),
            1e-13 * n,
            "RᴴR",
          );
        const x = randomPanel(mine, m * n, 11);
        const right = mine.alloc(2 * m * n);
        mine.gemm("N", "N", m, n, n, 1, x, m, a, lda, 0, right, m);
        mine.solveTriangularRight(m, n, a, lda, right, m);
        closeArrays(right, x, 1e-11, "X R R⁻¹");
        for (const transpose of [false, true]) {
          const left = mine.alloc(2 * n * m);
          mine.gemm(transpose ? "C" : "N", "N", n, m, n, 1, a, lda, x, n, 0, left, n);
          mine.solveTriangularLeft(n, m, a, lda, transpose, left, n);
          closeArrays(left, x, 1e-11, transpose ? "R⁻ᴴ Rᴴ X" : "R⁻¹ R X");
        }
        if (n > 1) {
          const indefinite = mine.alloc(2 * lda * n);
          indefinite.set(original);
          indefinite[2 * (n - 1 + (n - 1) * lda)] = -1;
          expect(mine.cholesky(n, indefinite, lda)).toBe(false);
        }
        for (const pivot of [Number.POSITIVE_INFINITY, Number.NaN]) {
          const boundless = mine.alloc(2 * lda * n);
          boundless.set(original);
          boundless[2 * (n - 1 + (n - 1) * lda)] = pivot;
          expect(mine.cholesky(n, boundless, lda)).toBe(false);
        }
      });

    const hermitian = (kernels: Kernels, n: number, kind: string): Float64Array => {
      const a = kernels.alloc(2 * n * n);
      const stream = random(n + kind.length);
      const size = kind === "tiny" ? 1e-150 : kind === "huge" ? 1e120 : 1;
      for (let j = 0; j < n; j++)
        for (let i = j; i < n; i++) {
          let [re, im] = [size * stream.normal(), i === j ? 0 : size * stream.normal()];
          if (kind === "real") im = 0;
          if (kind === "zero") re = im = 0;
          if (kind === "diagonal" && i !== j) re = im = 0;
          if (kind === "degenerate") [re, im] = i === j ? [2 + (i % 3), 0] : [0, 0];
          if (kind === "graded") re = (re * 10 ** (-12 * (i / n))) / 1;
          if (kind === "block" && i - j > 3) re = im = 0;
          a[2 * (i + j * n)] = a[2 * (j + i * n)] = re;
          a[2 * (i + j * n) + 1] = im;
          a[2 * (j + i * n) + 1] = i === j ? 0 : -im;
        }
      return a;
    };
    for (const [n, kind] of [
      [1, "complex"],
      [2, "complex"],
      [3, "real"],
      [24, "complex"],
      [24, "zero"],
      [24, "diagonal"],
      [24, "degenerate"],
      [24, "tiny"],
      [24, "huge"],
      [24, "graded"],
      [40, "block"],
      [65, "real"],
      [97, "complex"],
    ] as const)
      test(`eigh of a ${kind} matrix of order ${n}: A V = V Λ, VᴴV = 1, ascending, eigenvalues of the oracle`, () => {
        const [mine, theirs] = [make(), oracle()];
        const a = hermitian(mine, n, kind);
        const kept = copyTo(mine, a);
        const norm = Math.max(Number.MIN_VALUE, ...a.map(Math.abs));
        const values = mine.alloc(n);
        const v = mine.alloc(2 * n * n);
        mine.eigh(n, a, n, values, v, n);
        const expected = new Float64Array(n);
        theirs.eigh(n, kept.slice(), n, expected, new Float64Array(2 * n * n), n);
        for (let j = 1; j < n; j++) expect(values[j]).toBeGreaterThanOrEqual(values[j - 1]!);
        closeArrays(values, expected, 1e-14 * n * norm, "eigenvalues");
        eigenvectorLaw(mine, n, kept, values, v, 2e-14 * n * norm);
      });

    for (const [n, rank] of [
      [40, 1],
      [60, 7],
      [100, 13],
    ] as const)
      test(`eigh of B Bᴴ of order ${n} and rank ${rank} has the eigenvalues of BᴴB, and zeros`, () => {
        lowRankLaw(make(), n, rank);
      });

    test("eigh reads the lower triangle only", () => {
      const mine = make();
      const n = 12;
      const a = hermitian(mine, n, "complex");
      const b = copyTo(mine, a);
      for (let j = 0; j < n; j++)
        for (let i = 0; i < j; i++) b[2 * (i + j * n)] = b[2 * (i + j * n) + 1] = 1e3;
      const [x, y, v] = [mine.alloc(n), mine.alloc(n), mine.alloc(2 * n * n)];
      mine.eigh(n, a, n, x, v, n);
      mine.eigh(n, b, n, y, v, n);
      expect(Array.from(y)).toEqual(Array.from(x));
    });

    test("column and row operations agree with the oracle, odd lengths included", () => {
      const [mine, theirs] = [make(), oracle()];
      for (const [n, nBands] of [
        [1, 1],
        [37, 4],
        [64, 5],
      ] as const) {
        const x = randomPanel(mine, n * nBands, 12);
        const y = randomPanel(mine, n * nBands, 13);
        const d = copyTo(mine, randomPanel(mine, n, 14).subarray(0, n).map(Math.abs));
        const s = copyTo(
          mine,
          randomPanel(mine, nBands, 15)
            .subarray(0, nBands)
            .map((v) => Math.abs(v) + 0.1),
        );
        const both = (
          run: (k: Kernels, out: Float64Array, ...args: Float64Array[]) => void,
          length: number,
          ...args: Float64Array[]
        ) => {
          const out = mine.alloc(length);
          run(mine, out, ...args);
          const expected = new Float64Array(length);
          run(theirs, expected, ...args.map((z) => z.slice()));
          notTiny(out, 1e-6);
          closeArrays(out, expected, 1e-12, run.toString().slice(0, 60));
        };
        both((k, out, a) => k.columnNorms2(out, n, nBands, a!), nBands, x);
        both((k, out, a, b) => k.columnDots(out, n, nBands, a!, b!), 2 * nBands, x, y);
        both((k, out, a, b) => k.columnWeightedNorms2(out, n, nBands, a!, b!), nBands, d, x);
        both((k, out, a, b, c) => k.addScaledColumns(out, n, nBands, a!, b!, c!), 2 * n * nBands, y, s, x);
        both((k, out, a, b) => k.multiplyRows(out, n, nBands, a!, b!), 2 * n * nBands, d, x);
        const inPlace = (run: (k: Kernels, z: Float64Array, w: Float64Array, u: Float64Array) => void) => {
          const z = copyTo(mine, x);
          const expected = x.slice();
          run(mine, z, s, d);
          run(theirs, expected, s.slice(), d.slice());
          closeArrays(z, expected, 1e-13, run.toString().slice(0, 60));
          expect(Array.from(z)).not.toEqual(Array.from(x));
        };
        inPlace((k, z, w) => k.scaleColumns(n, nBands, w, z));
        inPlace((k, z, w, u) => k.tpa(n, nBands, u, w, z));
        inPlace((k, z, w) => k.addScaledColumns(z, n, nBands, z, w, z));
        inPlace((k, z, _, u) => k.multiplyRows(z, n, nBands, u, z));
      }
    });

    test("scratch is taken back, nests, and allocations made inside outlive it", () => {
      const mine = make();
      const kept = mine.alloc(100).fill(1);
      let inner: Float64Array | undefined;
      for (let round = 0; round < 50; round++)
        mine.scratch((take) => {
          const a = take(1000).fill(2);
          mine.scratch((more) => {
            const b = more(2000).fill(3);
            if (round === 0) inner = mine.alloc(50).fill(4);
            expect(a.every((v) => v === 2)).toBe(true);
            expect(b.every((v) => v === 3)).toBe(true);
          });
          expect(take(3000).fill(5).length).toBe(3000);
          expect(a.every((v) => v === 2)).toBe(true);
        });
      expect(kept.every((v) => v === 1)).toBe(true);
      expect(inner?.every((v) => v === 4)).toBe(true);
      expect(mine.memory().peak).toBeLessThan(8 * 100_000);
      expect(mine.alloc(33).every((v) => v === 0)).toBe(true);
    });
  });
}
