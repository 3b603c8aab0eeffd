import { expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import { dotReal } from "../../src/kernels/fields.ts";
import { type ArnoldiStep, arnoldi } from "../../src/solvers/arnoldi.ts";
import { generalEigenpairs } from "../../src/solvers/general-eigenpairs.ts";
import { close, closeArrays } from "../close.ts";

const randomHessenberg = (m: number, seed: number): number[][] => {
  const { normal } = random(seed);
  return Array.from({ length: m }, (_, i) => Array.from({ length: m }, (_, j) => (i > j + 1 ? 0 : normal())));
};

/** Largest component of (H − λ) v. */
function defect(
  h: readonly (readonly number[])[],
  { re, im, vector }: { re: number; im: number; vector: Float64Array },
) {
  let worst = 0;
  h.forEach((row, i) => {
    let [x, y] = [0, 0];
    row.forEach((a, j) => {
      x += a * vector[2 * j]!;
      y += a * vector[2 * j + 1]!;
    });
    x -= re * vector[2 * i]! - im * vector[2 * i + 1]!;
    y -= re * vector[2 * i + 1]! + im * vector[2 * i]!;
    worst = Math.max(worst, Math.hypot(x, y));
  });
  return worst;
}

test.each([1, 2, 3, 7, 24, 60])(
  "every eigenpair of a random Hessenberg matrix of %i rows satisfies H v = λ v",
  async (m) => {
    for (const seed of [1, 2, 3]) {
      const h = randomHessenberg(m, seed + m);
      const pairs = await generalEigenpairs(h);
      expect(pairs.length).toBe(m);
      // Backward stable: the defect is rounding of the matrix, whose norm is about 2√m.
      for (const pair of pairs) {
        close(Math.sqrt(dotReal(pair.vector, pair.vector)), 1, 1e-14);
        expect(defect(h, pair)).toBeLessThan(1e-13 * m);
      }
      // and none is counted twice: traces of H and H²
      const trace = h.reduce((sum, row, i) => sum + row[i]!, 0);
      const trace2 = h.reduce((sum, row, i) => sum + row.reduce((s, a, j) => s + a * h[j]![i]!, 0), 0);
      close(
        pairs.reduce((sum, { re }) => sum + re, 0),
        trace,
        1e-12 * m,
      );
      close(
        pairs.reduce((sum, { re, im }) => sum + re * re - im * im, 0),
        trace2,
        1e-11 * m,
      );
    }
  },
);

test("the companion matrix of (x − 1)(x − 2)…(x − 6) has these six eigenvalues, and a rotation has ±i", async () => {
  const polynomial = [1, -21, 175, -735, 1624, -1764, 720];
  const h = Array.from({ length: 6 }, (_, i) =>
    Array.from({ length: 6 }, (_, j) => (i === 0 ? -polynomial[j + 1]! : i === j + 1 ? 1 : 0)),
  );
  const pairs = await generalEigenpairs(h);
  // The condition of the roots is about 10⁵.
  closeArrays(
    pairs.map(({ re }) => re),
    [1, 2, 3, 4, 5, 6],
    1e-9,
  );
  closeArrays(
    pairs.map(({ im }) => im),
    [0, 0, 0, 0, 0, 0],
    1e-9,
  );
  const turn = await generalEigenpairs([
    [0, -1],
    [1, 0],
  ]);
  closeArrays(
    turn.flatMap(({ re, im }) => [re, im]),
    [0, -1, 0, 1],
    1e-15,
  );
});

test("defective and cyclic matrices converge as well", async () => {
  const jordan = [
    [2, 1, 0],
    [0, 2, 1],
    [0, 0, 2],
  ];
  for (const { re, im } of await generalEigenpairs(jordan)) close(Math.hypot(re - 2, im), 0, 1e-15);
  const cycle = [
    [0, 0, 0, 1],
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
  ];
  const pairs = await generalEigenpairs(cycle);
  closeArrays(
    pairs.map(({ re }) => re),
    [-1, 0, 0, 1],
    1e-14,
  );
});

/** S D S⁻¹ with S = 1 + strictly upper random: eigenvalues D, far from symmetric. */
function similar(eigenvalues: readonly number[], seed: number): number[][] {
  const { normal } = random(seed);
  const s = eigenvalues.map((_, i) => eigenvalues.map((_, j) => (i === j ? 1 : j > i ? 0.3 * normal() : 0)));
  // A S = S D, A = S D S⁻¹ row by row from the left: a_ij = (s_ij d_j − Σ_{l<j} a_il s_lj)/s_jj
  return s.map((row) => {
    const a: number[] = [];
    row.forEach((value, j) => {
      a.push(value * eigenvalues[j]! - a.reduce((sum, x, l) => sum + x * s[l]![j]!, 0));
    });
    return a;
  });
}

const run = async (
  matrix: readonly (readonly number[])[],
  maxSteps: number,
  project?: (x: Float64Array) => void,
) => {
  const { normal } = random(3);
  const steps: ArnoldiStep[] = [];
  for await (const step of arnoldi({
    apply: async (x) => Float64Array.from(matrix, (row) => row.reduce((sum, a, j) => sum + a * x[j]!, 0)),
    start: Float64Array.from(matrix, normal),
    ...(project ? { project } : {}),
    maxSteps,
  }))
    steps.push(step);
  return steps;
};

test("Arnoldi finds all eigenvalues of a small non-symmetric matrix, and stops there", async () => {
  const eigenvalues = [0.5, 0.9, 1, 1.3, 2, 3.5, 8];
  const matrix = similar(eigenvalues, 5);
  expect(Math.abs(matrix[0]![6]!)).toBeGreaterThan(0.1);
  const steps = await run(matrix, 20);
  const last = steps.at(-1)!;
  expect(last.steps).toBeGreaterThanOrEqual(7);
  closeArrays(
    last.ritz.slice(0, 7).map(({ re }) => re),
    eigenvalues,
    1e-10,
  );
  const top = last.ritz[6]!;
  const vector = last.vectorOf(top);
  matrix.forEach((row, i) => {
    close(
      row.reduce((sum, a, j) => sum + a * vector[j]!, 0),
      8 * vector[i]!,
      1e-10,
    );
  });
});

test("the Ritz residual is the norm of A x − θ x", async () => {
  const matrix = similar(
    Array.from({ length: 40 }, (_, i) => 1 + i * i * 0.02),
    7,
  );
  const step = (await run(matrix, 12)).at(-1)!;
  const top = step.ritz.at(-1)!;
  expect(top.im).toBe(0);
  expect(top.residual).toBeGreaterThan(1e-6);
  const x = step.vectorOf(top);
  const norm = Math.sqrt(dotReal(x, x));
  const gap = Math.sqrt(
    matrix.reduce(
      (sum, row, i) => sum + (row.reduce((s, a, j) => s + a * x[j]!, 0) - top.re * x[i]!) ** 2,
      0,
    ),
  );
  close(gap / norm, top.residual, 1e-11);
});

test("a projector confines the search to its range", async () => {
  const matrix = Array.from({ length: 6 }, (_, i) =>
    Array.from({ length: 6 }, (_, j) => (i === j ? i + 1 : 0)),
  );
  const steps = await run(matrix, 6, (x) => x.fill(0, 4));
  const last = steps.at(-1)!;
  expect([last.steps, last.isInvariant]).toEqual([4, true]);
  closeArrays(
    last.ritz.map(({ re }) => re),
    [1, 2, 3, 4],
    1e-12,
  );
  await expect(run(matrix, 6, (x) => x.fill(0))).rejects.toThrow(/start vector must not be zero/);
});
