import { describe, expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import type { Arithmetic, Kernels, Op } from "../../src/kernels/kernels.ts";
import { closeArrays, notTiny } from "../close.ts";

const randomNumbers = (kernels: Pick<Kernels, "alloc">, length: number, seed: number): Float64Array => {
  const stream = random(seed);
  const out = kernels.alloc(length);
  for (let i = 0; i < length; i++) out[i] = stream.normal();
  return out;
};

const copyTo = (kernels: Pick<Kernels, "alloc">, x: ArrayLike<number>): Float64Array => {
  const out = kernels.alloc(x.length);
  out.set(x);
  return out;
};

/** What the real arithmetic of every back end must satisfy: agreement with the oracle, and laws that need none. */
export function realLaws(name: string, make: () => Kernels, oracle: () => Kernels): void {
  describe(`${name} kernels, real numbers`, () => {
    test("gemm agrees with the oracle for every op, leading dimension and coefficient", () => {
      const [mine, theirs] = [make().real, oracle().real];
      for (const [m, n, k] of [
        [1, 1, 1],
        [5, 3, 7],
        [17, 22, 300],
        [131, 9, 33],
        [4, 130, 1],
        [6, 5, 0],
      ] as const)
        for (const opA of ["N", "C"] as Op[])
          for (const opB of ["N", "C"] as Op[])
            for (const [alpha, beta] of [
              [1, 0],
              [-0.5, 1],
              [2, -0.3],
            ] as const) {
              const lda = Math.max(1, opA === "N" ? m : k) + 2;
              const ldb = Math.max(1, opB === "N" ? k : n) + 1;
              const ldc = m + 3;
              const a = randomNumbers(mine, lda * (opA === "N" ? k : m), 5);
              const b = randomNumbers(mine, ldb * (opB === "N" ? n : k), 6);
              const c = randomNumbers(mine, ldc * n, 7);
              if (beta === 0) for (let j = 0; j < n; j++) c.fill(Number.NaN, j * ldc, j * ldc + m); // β = 0 overwrites
              const expected = c.slice();
              mine.gemm(opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
              theirs.gemm(opA, opB, m, n, k, alpha, a.slice(), lda, b.slice(), ldb, beta, expected, ldc);
              closeArrays(c, expected, 1e-14 * k + 1e-14, `${opA}${opB} ${m}×${n}×${k}`);
            }
    });

    for (const [n, k] of [
      [1, 5],
      [7, 40],
      [33, 501],
      [90, 64],
    ] as const)
      test(`hermitianOverlap ${n}×${k} is AᵀB, to the last digit symmetric`, () => {
        const [mine, theirs] = [make().real, oracle().real];
        const a = randomNumbers(mine, (k + 1) * n, 8);
        const h = randomNumbers(mine, k * k, 9);
        for (let j = 0; j < k; j++) for (let i = 0; i < j; i++) h[j + i * k] = h[i + j * k]!;
        const b = mine.alloc(k * n);
        mine.gemm("N", "N", k, n, k, 1, h, k, a, k + 1, 0, b, k);
        for (const [right, ld] of [
          [b, k],
          [a, k + 1],
        ] as const) {
          const c = mine.alloc((n + 2) * n);
          mine.hermitianOverlap(n, k, a, k + 1, right, ld, c, n + 2);
          const expected = new Float64Array((n + 2) * n);
          theirs.gemm("C", "N", n, n, k, 1, a.slice(), k + 1, right.slice(), ld, 0, expected, n + 2);
          notTiny(c);
          closeArrays(c, expected, 3e-14 * k * Math.sqrt(k), "AᵀB");
          for (let j = 0; j < n; j++)
            for (let i = 0; i < n; i++)
              if (c[i + j * (n + 2)] !== c[j + i * (n + 2)])
                expect.fail(`elements ${i}, ${j} and ${j}, ${i} differ`);
        }
      });

    for (const n of [1, 2, 5, 16, 33, 71, 130])
      test(`cholesky and triangular solves of order ${n} undo multiplication`, () => {
        const mine = make().real;
        const m = 11;
        const g = randomNumbers(mine, (n + 9) * n, 10);
        const lda = n + 1;
        const a = mine.alloc(lda * n);
        mine.hermitianOverlap(n, n + 9, g, n + 9, g, n + 9, a, lda);
        const original = a.slice();
        expect(mine.cholesky(n, a, lda)).toBe(true);
        for (let j = 0; j < n; j++)
          if (a.subarray(j + 1 + j * lda, n + j * lda).some((x) => x !== 0))
            expect.fail(`column ${j} is not zero below the diagonal`);
        const product = mine.alloc(lda * n);
        mine.gemm("C", "N", n, n, n, 1, a, lda, a, lda, 0, product, lda);
        for (let j = 0; j < n; j++)
          closeArrays(
            product.subarray(j * lda, j * lda + n),
            original.subarray(j * lda, j * lda + n),
            1e-13 * n,
            "RᵀR",
          );
        const x = randomNumbers(mine, m * n, 11);
        const right = mine.alloc(m * n);
        mine.gemm("N", "N", m, n, n, 1, x, m, a, lda, 0, right, m);
        mine.solveTriangularRight(m, n, a, lda, right, m);
        closeArrays(right, x, 1e-11, "X R R⁻¹");
        for (const isTransposed of [false, true]) {
          const left = mine.alloc(n * m);
          mine.gemm(isTransposed ? "C" : "N", "N", n, m, n, 1, a, lda, x, n, 0, left, n);
          mine.solveTriangularLeft(n, m, a, lda, isTransposed, left, n);
          closeArrays(left, x, 1e-11, isTransposed ? "R⁻ᵀ Rᵀ X" : "R⁻¹ R X");
        }
        const notPositive = copyTo(mine, original);
        notPositive[n - 1 + (n - 1) * lda] = -1;
        expect(mine.cholesky(n, notPositive, lda)).toBe(false);
        const notNumbers = copyTo(mine, original);
        notNumbers[0] = Number.NaN;
        expect(mine.cholesky(n, notNumbers, lda)).toBe(false);
      });

    for (const [n, kind] of [
      [1, "dense"],
      [2, "dense"],
      [3, "dense"],
      [24, "dense"],
      [24, "zero"],
      [24, "diagonal"],
      [24, "degenerate"],
      [24, "tiny"],
      [24, "huge"],
      [24, "graded"],
      [41, "block"],
      [65, "dense"],
      [98, "low rank"],
    ] as const)
      test(`eigh of a ${kind} matrix of order ${n}: A V = V Λ, VᵀV = 1, ascending, eigenvalues of the oracle`, () => {
        const [mine, theirs] = [make().real, oracle().real];
        const a = symmetric(mine, n, kind);
        const kept = copyTo(mine, a);
        const norm = Math.max(Number.MIN_VALUE, ...a.map(Math.abs));
        const [values, v] = [mine.alloc(n), mine.alloc(n * n)];
        for (let j = 0; j < n; j++) for (let i = 0; i < j; i++) a[i + j * n] = 1e3; // only the lower triangle is read
        mine.eigh(n, a, n, values, v, n);
        const expected = new Float64Array(n);
        theirs.eigh(n, kept.slice(), n, expected, new Float64Array(n * n), n);
        for (let j = 1; j < n; j++) expect(values[j]).toBeGreaterThanOrEqual(values[j - 1]!);
        closeArrays(values, expected, 1e-14 * n * norm, "eigenvalues");
        const av = mine.alloc(n * n);
        mine.gemm("N", "N", n, n, n, 1, kept, n, v, n, 0, av, n);
        const negative = copyTo(
          mine,
          values.map((x) => -x),
        );
        mine.addScaledColumns(av, n, n, av, negative, v);
        closeArrays(av, new Float64Array(n * n), 2e-14 * n * norm, "A V − V Λ");
        const overlap = mine.alloc(n * n);
        mine.hermitianOverlap(n, n, v, n, v, n, overlap, n);
        for (let j = 0; j < n; j++) overlap[j + j * n]! -= 1;
        closeArrays(overlap, new Float64Array(n * n), 1e-14 * (n + 10), "VᵀV − 1");
      });

    // Jacobi rotations of the reference leave what is not a number as it is.
    if (name !== "reference")
      test("eigh of a matrix that is not finite fails", () => {
        const mine = make().real;
        const a = symmetric(mine, 5, "dense");
        a[3] = Number.NaN;
        expect(() => mine.eigh(5, a, 5, mine.alloc(5), mine.alloc(25), 5)).toThrow(/eigh/);
      });

    test("column and row operations agree with the oracle, odd lengths included", () => {
      const [mine, theirs] = [make().real, oracle().real];
      for (const [n, nBands] of [
        [1, 1],
        [37, 4],
        [66, 5],
        [63, 3],
      ] as const) {
        const [x, y] = [randomNumbers(mine, n * nBands, 12), randomNumbers(mine, n * nBands, 13)];
        const d = copyTo(mine, randomNumbers(mine, n, 14).map(Math.abs));
        const s = copyTo(
          mine,
          randomNumbers(mine, nBands, 15).map((v) => Math.abs(v) + 0.1),
        );
        const runs: ((k: Arithmetic, out: Float64Array, ...args: Float64Array[]) => void)[] = [
          (k, out, u) => k.columnNorms2(out, n, nBands, u!),
          (k, out, u, v) => k.columnDots(out, n, nBands, u!, v!),
          (k, out, u, _, e) => k.columnWeightedNorms2(out, n, nBands, e!, u!),
          (k, out, u, v, _, f) => k.addScaledColumns(out, n, nBands, v!, f!, u!),
          (k, out, u, _, e) => k.multiplyRows(out, n, nBands, e!, u!),
          (k, _, u, __, ___, f) => k.scaleColumns(n, nBands, f!, u!),
          (k, _, u, __, e, f) => k.tpa(n, nBands, e!, f!, u!),
          (k, _, u, __, ___, f) => k.addScaledColumns(u!, n, nBands, u!, f!, u!),
          (k, _, u, v, ___, f) => k.addScaledColumns(u!, n, nBands, v!, f!, u!),
          (k, _, u, __, e) => k.multiplyRows(u!, n, nBands, e!, u!),
        ];
        for (const run of runs) {
          const arrays = [mine.alloc(n * nBands), x, y, d, s].map((z) => copyTo(mine, z));
          const expected = arrays.map((z) => z.slice());
          run(mine, ...(arrays as [Float64Array]));
          run(theirs, ...(expected as [Float64Array]));
          const label = run.toString().slice(0, 60);
          for (const [i, z] of arrays.entries()) closeArrays(z, expected[i]!, 1e-12, label);
          expect([...arrays[0]!, ...arrays[1]!], label).not.toEqual([...mine.alloc(n * nBands), ...x]);
        }
      }
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
  });
}

function symmetric(mine: Arithmetic, n: number, kind: string): Float64Array {
  const a = mine.alloc(n * n);
  if (kind === "low rank") {
    const b = randomNumbers(mine, n * 7, n);
    mine.gemm("N", "C", n, n, 7, 1, b, n, b, n, 0, a, n);
    return a;
  }
  const stream = random(n + kind.length);
  const size = kind === "tiny" ? 1e-150 : kind === "huge" ? 1e120 : 1;
  for (let j = 0; j < n; j++)
    for (let i = j; i < n; i++) {
      let value = size * stream.normal();
      if (kind === "zero" || (kind === "diagonal" && i !== j) || (kind === "block" && i - j > 3)) value = 0;
      if (kind === "degenerate") value = i === j ? 2 + (i % 3) : 0;
      if (kind === "graded") value *= 10 ** (-12 * (i / n));
      a[i + j * n] = a[j + i * n] = value;
    }
  return a;
}
