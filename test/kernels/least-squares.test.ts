import { expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import { dotReal } from "../../src/kernels/fields.ts";
import { leastSquares, singularValues } from "../../src/kernels/least-squares.ts";
import { close, closeArrays, notTiny } from "../close.ts";

function columns(rows: number, n: number, seed: number): Float64Array[] {
  const { normal } = random(seed);
  return Array.from({ length: n }, () => Float64Array.from({ length: rows }, normal));
}
const copy = (a: readonly Float64Array[]) => a.map((column) => column.slice());

/** b − A c */
function rest(a: readonly Float64Array[], c: readonly number[], b: Float64Array): Float64Array {
  return b.map((value, k) => value - a.reduce((sum, column, j) => sum + column[k]! * c[j]!, 0));
}

test("the rest of the fit is orthogonal to every column", () => {
  for (const [rows, n] of [
    [40, 1],
    [40, 7],
    [9, 9],
    [9000, 6],
  ] as const) {
    const a = columns(rows, n, 1);
    const b = columns(rows, 1, 2)[0]!;
    const { coefficients } = leastSquares(copy(a), b);
    notTiny(coefficients, 1e-3);
    const r = rest(a, coefficients, b);
    for (const column of a) close(dotReal(column, r), 0, 1e-13 * rows);
  }
});

test("a right side in the span is found exactly, and a change of scale changes the coefficients by its inverse", () => {
  const a = columns(30, 5, 3);
  const truth = [1, -2, 0.5, 3, -0.25];
  const b = new Float64Array(30).map((_, k) => a.reduce((sum, column, j) => sum + column[k]! * truth[j]!, 0));
  closeArrays(leastSquares(copy(a), b).coefficients, truth, 1e-13);
  const scaled = a.map((column, j) => column.map((x) => x * 10 ** j));
  closeArrays(
    leastSquares(scaled, b).coefficients.map((c, j) => c * 10 ** j),
    truth,
    1e-13,
  );
});

test("the right side is read only, the columns become orthonormal", () => {
  const a = columns(20, 4, 4);
  const b = columns(20, 1, 5)[0]!;
  const kept = b.slice();
  leastSquares(a, b);
  expect(b).toEqual(kept);
  a.forEach((p, i) => {
    a.forEach((q, j) => {
      close(dotReal(p, q), i === j ? 1 : 0, 1e-15 * 20);
    });
  });
});

test("columns come out orthogonal however close to dependent they were", () => {
  const [x, y, z] = columns(9000, 3, 9); // longer than the pieces they are treated in
  const a = [x!, x!.map((v, k) => v + 1e-9 * y![k]!), x!.map((v, k) => v + 1e-5 * z![k]!)];
  expect(leastSquares(a, y!).condition).toBeGreaterThan(1e8);
  // One pass of Gram-Schmidt would leave 1e-16 times the condition number.
  for (const [i, j] of [[0, 1], [0, 2], [1, 2]] as const) close(dotReal(a[i]!, a[j]!), 0, 1e-14); // biome-ignore format: pairs
});

test("nearly dependent columns keep their accuracy: errors grow as the condition, not as its square", () => {
  const base = columns(50, 2, 6);
  for (const epsilon of [1e-3, 1e-6, 1e-8]) {
    const near = base[0]!.map((x, k) => x + epsilon * base[1]![k]!);
    const a = [base[0]!.slice(), near];
    // b = 2·a₀ − a₁ exactly representable up to rounding.
    const b = base[0]!.map((x, k) => 2 * x - near[k]!);
    const { coefficients, condition } = leastSquares(copy(a), b);
    expect(condition).toBeGreaterThan(0.5 / epsilon);
    expect(condition).toBeLessThan(20 / epsilon);
    closeArrays(coefficients, [2, -1], 1e-15 * condition);
  }
});

test("the condition number of orthogonal columns is the ratio of their lengths", () => {
  const a = [Float64Array.of(3, 0, 0), Float64Array.of(0, 0, 12), Float64Array.of(0, 6, 0)];
  close(leastSquares(a, Float64Array.of(1, 1, 1)).condition, 4, 1e-14);
  expect(leastSquares([], Float64Array.of(1)).condition).toBe(1);
});

test("equal columns and zero columns have no finite condition", () => {
  const [x] = columns(10, 1, 7);
  expect(leastSquares([new Float64Array(10)], x!).condition).toBe(Number.POSITIVE_INFINITY);
  expect(leastSquares([x!.slice(), new Float64Array(10)], x!).condition).toBe(Number.POSITIVE_INFINITY);
  // Rounding may leave a trace of the second of two equal columns.
  expect(leastSquares([x!.slice(), x!.slice()], x!).condition).toBeGreaterThan(1e15);
});

test("singular values are those of rotated diagonal matrices, however far apart", () => {
  const { uniform } = random(8);
  for (const diagonal of [[5, 4, 1], [1e6, 1, 1e-6], [2, 2, 2], [7]]) {
    const n = diagonal.length;
    const m = diagonal.map((d, i) => new Float64Array(n).map((_, j) => (i === j ? d : 0)));
    for (let turn = 0; turn < 12 && n > 1; turn++) {
      const [p, q] = [turn % n, (turn + 1) % n];
      const angle = uniform() * 6;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      const columnsToo = turn % 2 === 0;
      for (let k = 0; k < n; k++) {
        const at = (i: number): [Float64Array, number] => (columnsToo ? [m[k]!, i] : [m[i]!, k]);
        const [[rowP, iP], [rowQ, iQ]] = [at(p), at(q)];
        const [x, y] = [rowP[iP]!, rowQ[iQ]!];
        rowP[iP] = c * x - s * y;
        rowQ[iQ] = s * x + c * y;
      }
    }
    const expected = [...diagonal].sort((a, b) => b - a);
    // The rotations above already round to 2⁻⁵³ of the largest.
    closeArrays(singularValues(m), expected, 1e-14 * expected[0]!);
  }
});
