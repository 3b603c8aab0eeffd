import { describe, expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import type { GridSize, Kernels } from "../../src/kernels/kernels.ts";
import { closeArrays, notTiny } from "../close.ts";
import { copyTo, denseLaws, randomPanel } from "./dense-laws.ts";
import { transformedByFftJs, transformedByNdarray } from "./fft-oracles.ts";

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
      [14, 18, 4],
      [5, 2, 40],
      [30, 32, 3],
      [6, 8, 36],
      [24, 1, 45],
      [22, 13, 6],
      [11, 26, 3],
      [33, 4, 2],
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
      [[8, 24, 45], 0.49],
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

        // Rounded numbers on the grid: each band errs by a part of max |V| times its norm.
        const most = Math.max(...v.map(Math.abs));
        for (const count of [1, 2, 3]) {
          const exact = new Float64Array(2 * n * nBands).fill(1);
          const rounded = copyTo(mine, exact);
          witness.applyPotential(exact, psi.slice(), v.slice(), count);
          fft.applyPotential(rounded, psi, v, count, true);
          for (let j = 0; j < nBands; j++) {
            const part = (x: Float64Array) => x.subarray(2 * n * j, 2 * n * (j + 1));
            const limit = j < count ? 3e-7 * most * Math.hypot(...part(psi)) : 0;
            const errors = part(rounded).map((x, i) => x - part(exact)[i]!);
            expect(Math.hypot(...errors)).toBeLessThanOrEqual(limit);
          }
        }

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

    test("real and complex arithmetic share memory and temporaries", () => {
      const mine = make();
      mine.scratch((take) => {
        const outer = take(500).fill(1);
        mine.real.scratch((more) => more(500).fill(2));
        const kept = mine.real.alloc(50).fill(3);
        expect(outer.every((v) => v === 1)).toBe(true);
        mine.real.columnNorms2(outer, 50, 1, kept);
        expect(outer[0]).toBe(450);
      });
    });

    // Jacobi rotations of the reference leave what is not a number as it is.
    if (name !== "reference")
      test("eigh of a real matrix that is not finite fails", () => {
        const mine = make().real;
        const a = mine.alloc(25).fill(1);
        a[3] = Number.NaN;
        expect(() => mine.eigh(5, a, 5, mine.alloc(5), mine.alloc(25), 5)).toThrow(/eigh/);
      });
  });
  denseLaws(`${name} complex`, make, oracle);
  denseLaws(
    `${name} real`,
    () => make().real,
    () => oracle().real,
  );
}
