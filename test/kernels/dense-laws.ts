import { describe, expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import type { Arithmetic, Op } from "../../src/kernels/kernels.ts";
import { closeArrays, notTiny } from "../close.ts";

/** Random panel of `length` elements in the memory of `kernels`. */
export function randomPanel(
  { alloc, width }: Pick<Arithmetic, "alloc" | "width">,
  length: number,
  seed: number,
): Float64Array {
  const stream = random(seed);
  const out = alloc(width * length);
  for (let i = 0; i < out.length; i++) out[i] = stream.normal();
  return out;
}

const randomReals = ({ alloc }: Pick<Arithmetic, "alloc">, length: number, seed: number): Float64Array =>
  randomPanel({ alloc, width: 1 }, length, seed);

export const copyTo = (kernels: Pick<Arithmetic, "alloc">, x: ArrayLike<number>): Float64Array => {
  const out = kernels.alloc(x.length);
  out.set(x);
  return out;
};

/** A V = V Λ within `tolerance`, VᴴV = 1. */
function eigenvectorLaw(
  kernels: Arithmetic,
  n: number,
  a: Float64Array,
  values: Float64Array,
  v: Float64Array,
  tolerance: number,
): void {
  const { width } = kernels;
  const av = kernels.alloc(width * n * n);
  kernels.gemm("N", "N", n, n, n, 1, a, n, v, n, 0, av, n);
  const negative = copyTo(
    kernels,
    values.map((x) => -x),
  );
  kernels.addScaledColumns(av, n, n, av, negative, v);
  closeArrays(av, new Float64Array(width * n * n), tolerance, "A V − V Λ");
  const overlap = kernels.alloc(width * n * n);
  kernels.hermitianOverlap(n, n, v, n, v, n, overlap, n);
  for (let j = 0; j < n; j++) overlap[width * (j + j * n)]! -= 1;
  closeArrays(overlap, new Float64Array(width * n * n), 1e-14 * (n + 10), "VᴴV − 1");
}

/** A = B Bᴴ with random B of `rank` columns: A V = V Λ, VᴴV = 1, and Λ is zero but for the eigenvalues of BᴴB. */
export function lowRankLaw(kernels: Arithmetic, n: number, rank: number): void {
  const { width } = kernels;
  const b = randomPanel(kernels, n * rank, n + rank);
  const gram = kernels.alloc(width * rank * rank);
  kernels.gemm("C", "N", rank, rank, n, 1, b, n, b, n, 0, gram, rank);
  const expected = kernels.alloc(rank);
  kernels.eigh(rank, gram, rank, expected, kernels.alloc(width * rank * rank), rank);
  const norm = expected[rank - 1]!;
  expect(expected[0]).toBeGreaterThan(norm / 100); // far from the zeros

  const a = kernels.alloc(width * n * n);
  kernels.gemm("N", "C", n, n, rank, 1, b, n, b, n, 0, a, n);
  const kept = copyTo(kernels, a);
  const [values, v] = [kernels.alloc(n), kernels.alloc(width * n * n)];
  kernels.eigh(n, a, n, values, v, n);
  // Rounding of a backward stable method, relative to ‖A‖.
  closeArrays(values, [...new Array<number>(n - rank).fill(0), ...expected], 1e-15 * n * norm, "eigenvalues");
  eigenvectorLaw(kernels, n, kept, values, v, 1e-15 * n * norm);
}

/** A Hermitian matrix, exactly so. */
function hermitian(kernels: Arithmetic, n: number, kind: string): Float64Array {
  const { width } = kernels;
  const a = kernels.alloc(width * n * n);
  const stream = random(n + kind.length);
  const size = kind === "tiny" ? 1e-150 : kind === "huge" ? 1e120 : 1;
  for (let j = 0; j < n; j++)
    for (let i = j; i < n; i++) {
      let [re, im] = [size * stream.normal(), i === j ? 0 : size * stream.normal()];
      if (kind === "real") im = 0;
      if (kind === "zero" || (kind === "diagonal" && i !== j) || (kind === "block" && i - j > 3)) re = im = 0;
      if (kind === "degenerate") [re, im] = i === j ? [2 + (i % 3), 0] : [0, 0];
      if (kind === "graded") re *= 10 ** (-12 * (i / n));
      a[width * (i + j * n)] = a[width * (j + i * n)] = re;
      if (width === 1) continue;
      a[2 * (i + j * n) + 1] = im;
      a[2 * (j + i * n) + 1] = i === j ? 0 : -im;
    }
  return a;
}

/** What the complex or real arithmetic of every back end must satisfy: agreement with the oracle, and laws that need none. */
export function denseLaws(name: string, make: () => Arithmetic, oracle: () => Arithmetic): void {
  describe(`${name} arithmetic`, () => {
    test("products and solves without rows, columns or sums do nothing else, leading dimension 0 included", () => {
      const kernels = make();
      const { width } = kernels;
      const [x, c] = [kernels.alloc(width * 12).fill(3), kernels.alloc(width * 12)];
      const none = kernels.alloc(0);
      for (const [m, n, k] of [
        [0, 3, 4],
        [4, 0, 3],
        [3, 4, 0],
        [0, 0, 0],
      ] as const)
        for (const opA of ["N", "C"] as const)
          for (const opB of ["N", "C"] as const) {
            const [lda, ldb] = [opA === "N" ? m : k, opB === "N" ? k : n];
            const [a, b] = [m * k === 0 ? none : x, n * k === 0 ? none : x];
            for (const { gemm } of [kernels, (opB === "N" && kernels.single) || kernels]) {
              c.fill(1);
              gemm(opA, opB, m, n, k, 2, a, lda, b, ldb, 0.5, c, m);
              expect([...c]).toEqual([...c].map((_, i) => (k === 0 && i < width * m * n ? 0.5 : 1)));
            }
          }
      for (const { hermitianOverlap } of [kernels, kernels.single ?? kernels]) {
        c.fill(1);
        hermitianOverlap(3, 0, none, 0, none, 0, c, 3);
        expect([...c].map((x) => x + 0)).toEqual([...c].map((_, i) => (i < width * 9 ? 0 : 1)));
        hermitianOverlap(0, 4, none, 4, none, 4, none, 0);
      }
      kernels.solveTriangularRight(0, 2, x, 2, none, 0);
      kernels.solveTriangularRight(3, 0, none, 0, none, 3);
      kernels.solveTriangularLeft(0, 2, none, 0, false, none, 0);
      kernels.solveTriangularLeft(2, 0, x, 2, true, none, 2);
      expect([...x]).toEqual([...x].map(() => 3));
    });

    for (const [m, n, k] of [
      [1, 1, 1],
      [5, 3, 7],
      [17, 22, 300],
      [131, 9, 33],
      [64, 65, 66],
      [4, 130, 1],
      [6, 5, 0],
    ] as const)
      test(`gemm ${m}×${n}×${k} agrees with the oracle for every op, leading dimension and coefficient`, () => {
        const [mine, theirs] = [make(), oracle()];
        const { width } = mine;
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
              const a = randomPanel(mine, lda * (opA === "N" ? k : m), 5);
              const b = randomPanel(mine, ldb * (opB === "N" ? n : k), 6);
              const c = randomPanel(mine, ldc * n, 7);
              if (beta === 0)
                for (let j = 0; j < n; j++) c.fill(Number.NaN, width * j * ldc, width * (j * ldc + m)); // β = 0 overwrites
              const expected = c.slice();
              mine.gemm(opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
              theirs.gemm(opA, opB, m, n, k, alpha, a.slice(), lda, b.slice(), ldb, beta, expected, ldc);
              closeArrays(c, expected, 1e-14 * k + 1e-14, `${opA}${opB}`);
            }
      });

    for (const [n, k] of [
      [1, 5],
      [7, 40],
      [33, 501],
      [90, 64],
    ] as const)
      test(`hermitianOverlap ${n}×${k} is AᴴB, to the last digit Hermitian`, () => {
        const [mine, theirs] = [make(), oracle()];
        const { width } = mine;
        const [lda, ldc] = [k + 1, n + 2];
        const a = randomPanel(mine, lda * n, 8);
        const b = mine.alloc(width * k * n);
        mine.gemm("N", "N", k, n, k, 1, hermitian(mine, k, "dense"), k, a, lda, 0, b, k);
        for (const [right, ldb] of [
          [b, k],
          [a, lda],
        ] as const) {
          const c = mine.alloc(width * ldc * n);
          mine.hermitianOverlap(n, k, a, lda, right, ldb, c, ldc);
          const expected = new Float64Array(width * ldc * n);
          theirs.gemm("C", "N", n, n, k, 1, a.slice(), lda, right.slice(), ldb, 0, expected, ldc);
          notTiny(c);
          closeArrays(c, expected, 3e-14 * k * Math.sqrt(k), "AᴴB");
          for (let j = 0; j < n; j++)
            for (let i = 0; i < n; i++) {
              const [upper, lower] = [width * (i + j * ldc), width * (j + i * ldc)];
              if (c[upper] !== c[lower] || (width === 2 && c[upper + 1]! + c[lower + 1]! !== 0))
                expect.fail(`elements ${i}, ${j} and ${j}, ${i} are not conjugate`);
            }
        }
      });

    for (const n of [1, 2, 5, 16, 33, 71, 130])
      test(`cholesky and triangular solves of order ${n} undo multiplication`, () => {
        const mine = make();
        const { width } = mine;
        const m = 11;
        const g = randomPanel(mine, (n + 9) * n, 10);
        const lda = n + 1;
        const a = mine.alloc(width * lda * n);
        mine.hermitianOverlap(n, n + 9, g, n + 9, g, n + 9, a, lda);
        const original = a.slice();
        expect(mine.cholesky(n, a, lda)).toBe(true);
        for (let j = 0; j < n; j++) {
          if (width === 2) expect(a[2 * (j + j * lda) + 1]).toBe(0);
          const below = a.subarray(width * (j + 1 + j * lda), width * (n + j * lda));
          if (below.some((x) => x !== 0)) expect.fail(`column ${j} is not zero below the diagonal`);
        }
        const product = mine.alloc(width * lda * n);
        mine.gemm("C", "N", n, n, n, 1, a, lda, a, lda, 0, product, lda);
        for (let j = 0; j < n; j++) {
          const column = [width * j * lda, width * (j * lda + n)] as const;
          closeArrays(product.subarray(...column), original.subarray(...column), 1e-13 * n, "RᴴR");
        }
        const x = randomPanel(mine, m * n, 11);
        const right = mine.alloc(width * m * n);
        mine.gemm("N", "N", m, n, n, 1, x, m, a, lda, 0, right, m);
        mine.solveTriangularRight(m, n, a, lda, right, m);
        closeArrays(right, x, 1e-11, "X R R⁻¹");
        for (const transpose of [false, true]) {
          const left = mine.alloc(width * n * m);
          mine.gemm(transpose ? "C" : "N", "N", n, m, n, 1, a, lda, x, n, 0, left, n);
          mine.solveTriangularLeft(n, m, a, lda, transpose, left, n);
          closeArrays(left, x, 1e-11, transpose ? "R⁻ᴴ Rᴴ X" : "R⁻¹ R X");
        }
        for (const pivot of [-1, Number.POSITIVE_INFINITY, Number.NaN])
          for (const at of [0, n - 1]) {
            const bad = copyTo(mine, original);
            bad[width * (at + at * lda)] = pivot;
            expect(mine.cholesky(n, bad, lda), `pivot ${pivot} at ${at}`).toBe(false);
          }
      });

    for (const [n, kind] of [
      [1, "dense"],
      [2, "dense"],
      [3, "dense"],
      [3, "real"],
      [24, "dense"],
      [24, "zero"],
      [24, "diagonal"],
      [24, "degenerate"],
      [24, "tiny"],
      [24, "huge"],
      [24, "graded"],
      [41, "block"],
      [65, "real"],
      [97, "dense"],
    ] as const)
      test(`eigh of a ${kind} matrix of order ${n}: A V = V Λ, VᴴV = 1, ascending, eigenvalues of the oracle`, () => {
        const [mine, theirs] = [make(), oracle()];
        const { width } = mine;
        const a = hermitian(mine, n, kind);
        const kept = copyTo(mine, a);
        const norm = Math.max(Number.MIN_VALUE, ...a.map(Math.abs));
        const [values, v] = [mine.alloc(n), mine.alloc(width * n * n)];
        for (let j = 0; j < n; j++) a.fill(1e3, width * j * n, width * (j + j * n)); // only the lower triangle is read
        mine.eigh(n, a, n, values, v, n);
        const expected = new Float64Array(n);
        theirs.eigh(n, kept.slice(), n, expected, new Float64Array(width * n * n), n);
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

    const single = make().single;
    if (single !== undefined)
      test("rounded products keep to their work memory: few columns, any number of rows and sums", () => {
        const kernels = make();
        const { width } = kernels;
        for (const [m, n, k] of [
          [9000, 1, 148],
          [9000, 4, 150],
          [6000, 6, 12],
          [5000, 2, 27],
          [3000, 3, 256],
        ] as const) {
          const [a, b] = [randomPanel(kernels, m * k, 1), randomPanel(kernels, k * n, 2)];
          kernels.scratch((take) => {
            const c = take(width * m * n);
            kernels.single!.gemm("N", "N", m, n, k, 1, a, m, b, k, 0, c, m);
            const after = kernels.alloc(4096).fill(7);
            kernels.single!.gemm("N", "N", m, n, k, 1, a, m, b, k, 0, c, m);
            expect(after.every((x) => x === 7)).toBe(true);
          });
        }
      });
    if (single !== undefined)
      for (const [m, n, k] of [
        [1, 1, 1],
        [8, 4, 16],
        [13, 7, 5],
        [37, 30, 261],
        [70, 9, 600],
        [51, 50, 5001],
      ] as const) {
        const whole = (kernels: Arithmetic, length: number, seed: number) =>
          randomPanel(kernels, length, seed).map((x) => Math.round(4 * x));
        test(`rounded products ${m}×${n}×${k} of small whole numbers are exact, and others good to float32`, () => {
          const kernels = make();
          const { width } = kernels;
          for (const panel of [whole, randomPanel])
            for (const opA of ["N", "C"] as const) {
              const a = copyTo(kernels, panel(kernels, (m + 2) * (k + 2), 1));
              const b = copyTo(kernels, panel(kernels, (k + 1) * n, 2));
              const lda = (opA === "N" ? m : k) + 1;
              const [c, expected] = [
                randomPanel(kernels, (m + 1) * n, 3),
                randomPanel(kernels, (m + 1) * n, 3),
              ];
              kernels.gemm(opA, "N", m, n, k, -2, a, lda, b, k + 1, 1, expected, m + 1);
              kernels.single!.gemm(opA, "N", m, n, k, -2, a, lda, b, k + 1, 1, c, m + 1);
              // Norms of rows and columns of k numbers of size 1 are √k.
              const tolerance = panel === whole ? 1e-13 * k : 8 * width * k * 2 ** -23;
              closeArrays(c, expected, tolerance, `op ${opA}`);
              const [h, exact] = [kernels.alloc(width * n * n), kernels.alloc(width * n * n)];
              kernels.hermitianOverlap(n, k, b, k + 1, b, k + 1, exact, n);
              kernels.single!.hermitianOverlap(n, k, b, k + 1, b, k + 1, h, n);
              closeArrays(h, exact, tolerance, "overlap");
            }
        });
      }

    test("column and row operations agree with the oracle, odd lengths included", () => {
      const [mine, theirs] = [make(), oracle()];
      for (const [n, nBands] of [
        [1, 1],
        [37, 4],
        [66, 5],
        [63, 3],
      ] as const) {
        const [x, y] = [randomPanel(mine, n * nBands, 12), randomPanel(mine, n * nBands, 13)];
        const d = randomReals(mine, n, 14).map(Math.abs);
        const s = randomReals(mine, nBands, 15).map((v) => Math.abs(v) + 0.1);
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
          const arrays = [new Float64Array(x.length), x, y, d, s].map((z) => copyTo(mine, z));
          const expected = arrays.map((z) => z.slice());
          run(mine, ...(arrays as [Float64Array]));
          run(theirs, ...(expected as [Float64Array]));
          const label = run.toString().slice(0, 60);
          for (const [i, z] of arrays.entries()) closeArrays(z, expected[i]!, 1e-12, label);
          expect([...arrays[0]!, ...arrays[1]!], label).not.toEqual([...new Float64Array(x.length), ...x]);
        }
      }
    });
  });
}
