import { expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import { dotReal } from "../../src/kernels/fields.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { conjugateGradients, type LinearSystem } from "../../src/solvers/conjugate-gradients.ts";
import { close, closeArrays, notTiny } from "../close.ts";

/** Vectors here are real, of even length. */
const solve = (system: LinearSystem) => conjugateGradients(referenceKernels(), system);

/** Bᵀ B + shift, applied as two products with a random B: symmetric positive definite by construction. */
function system(n: number, shift: number, seed: number) {
  const { normal } = random(seed);
  const b = Array.from({ length: n }, () => Float64Array.from({ length: n }, () => normal() / Math.sqrt(n)));
  const diagonal = Float64Array.from({ length: n }, (_, i) => shift * (1 + i));
  const apply = (out: Float64Array, x: Float64Array) => {
    for (let i = 0; i < n; i++) out[i] = diagonal[i]! * x[i]!;
    for (const row of b) {
      const overlap = dotReal(row, x);
      for (let i = 0; i < n; i++) out[i]! += overlap * row[i]!;
    }
  };
  const rightSide = Float64Array.from({ length: n }, normal);
  return { apply, diagonal, rightSide, n };
}
const identity = (out: Float64Array, x: Float64Array) => out.set(x);
const jacobi = (d: Float64Array) => (out: Float64Array, x: Float64Array) => {
  for (let i = 0; i < x.length; i++) out[i] = x[i]! / d[i]!;
};
const norm = (x: Float64Array) => Math.sqrt(dotReal(x, x));

function residualOf({ apply, rightSide, n }: ReturnType<typeof system>, x: Float64Array): Float64Array {
  const image = new Float64Array(n);
  apply(image, x);
  return rightSide.map((b, i) => b - image[i]!);
}

test("the residual meets the tolerance it stopped at, in the norm of the preconditioner", () => {
  for (const relativeTolerance of [1e-2, 1e-6, 1e-12]) {
    const s = system(40, 0.5, 1);
    const out = new Float64Array(40).fill(7); // what was there must not matter
    const precondition = jacobi(s.diagonal);
    const { converged, iterations } = solve({
      ...s,
      precondition,
      out,
      relativeTolerance,
      maxIterations: 200,
    });
    expect(converged).toBe(true);
    expect(iterations).toBeGreaterThan(0);
    notTiny(out);
    const r = residualOf(s, out);
    const weighted = (x: Float64Array) =>
      Math.sqrt(x.reduce((sum, v, i) => sum + (v * v) / s.diagonal[i]!, 0));
    // The recursively updated residual drifts from the true one by rounding only.
    expect(weighted(r)).toBeLessThan((relativeTolerance + 1e-14) * weighted(s.rightSide));
  }
});

test("an operator of m different eigenvalues needs m iterations", () => {
  const eigenvalues = [1, 2, 5, 9];
  const n = 24;
  const { normal } = random(2);
  const rightSide = Float64Array.from({ length: n }, normal);
  const out = new Float64Array(n);
  const apply = (y: Float64Array, x: Float64Array) => {
    for (let i = 0; i < n; i++) y[i] = eigenvalues[i % 4]! * x[i]!;
  };
  const run = (maxIterations: number) =>
    solve({
      apply,
      precondition: identity,
      rightSide,
      out,
      relativeTolerance: 1e-12,
      maxIterations,
    });
  expect(run(100)).toEqual({ iterations: 4, converged: true });
  closeArrays(
    out,
    rightSide.map((b, i) => b / eigenvalues[i % 4]!),
    1e-13,
  );
  expect(run(3)).toEqual({ iterations: 3, converged: false });
});

test("with the operator itself as preconditioner one iteration is enough", () => {
  const diagonal = Float64Array.of(1, 20, 300, 4000);
  const apply = (out: Float64Array, x: Float64Array) => {
    for (let i = 0; i < 4; i++) out[i] = diagonal[i]! * x[i]!;
  };
  const out = new Float64Array(4);
  const rightSide = Float64Array.of(1, -2, 3, 4);
  const common = { apply, rightSide, out, relativeTolerance: 1e-10, maxIterations: 50 };
  expect(solve({ ...common, precondition: jacobi(diagonal) }).iterations).toBe(1);
  closeArrays(
    out,
    rightSide.map((b, i) => b / diagonal[i]!),
    1e-15,
  );
  expect(solve({ ...common, precondition: identity }).iterations).toBeGreaterThan(1);
});

test("complex Hermitian systems are solved as real ones are", () => {
  const n = 9;
  const { normal } = random(5);
  const b = Float64Array.from({ length: 2 * n }, normal);
  // A x = D x + b (bᴴ x)
  const apply = (out: Float64Array, x: Float64Array) => {
    let [re, im] = [0, 0];
    for (let i = 0; i < 2 * n; i += 2) {
      re += b[i]! * x[i]! + b[i + 1]! * x[i + 1]!;
      im += b[i]! * x[i + 1]! - b[i + 1]! * x[i]!;
    }
    for (let i = 0; i < 2 * n; i += 2) {
      out[i] = (1 + i) * x[i]! + b[i]! * re - b[i + 1]! * im;
      out[i + 1] = (1 + i) * x[i + 1]! + b[i]! * im + b[i + 1]! * re;
    }
  };
  const rightSide = Float64Array.from({ length: 2 * n }, normal);
  const out = new Float64Array(2 * n);
  const options = { precondition: identity, relativeTolerance: 1e-13, maxIterations: 50 };
  expect(solve({ apply, rightSide, out, ...options }).converged).toBe(true);
  const image = new Float64Array(2 * n);
  apply(image, out);
  notTiny(out);
  closeArrays(image, rightSide, 1e-11);
});

test("each iterate is the best in its Krylov space: the error in the operator's norm falls at every step", () => {
  const s = system(30, 0.2, 3);
  const exact = new Float64Array(30);
  solve({
    ...s,
    precondition: identity,
    out: exact,
    relativeTolerance: 1e-14,
    maxIterations: 300,
  });
  let last = Number.POSITIVE_INFINITY;
  for (let steps = 0; steps < 10; steps++) {
    const out = new Float64Array(30);
    solve({ ...s, precondition: identity, out, relativeTolerance: 0, maxIterations: steps });
    const error = exact.map((x, i) => x - out[i]!);
    const image = new Float64Array(30);
    s.apply(image, error);
    const energy = dotReal(error, image);
    expect(energy).toBeGreaterThan(1e-6);
    expect(energy).toBeLessThan(last);
    last = energy;
  }
});

test("nothing on the right gives nothing, at once, and the right side is never written", () => {
  const s = system(10, 1, 4);
  const zero = { ...s, rightSide: new Float64Array(10) };
  const out = new Float64Array(10).fill(3);
  const options = { precondition: identity, out, relativeTolerance: 1e-8, maxIterations: 9 };
  expect(solve({ ...zero, ...options })).toEqual({ iterations: 0, converged: true });
  expect([...out]).toEqual(new Array(10).fill(0));
  const kept = s.rightSide.slice();
  solve({ ...s, ...options });
  expect(s.rightSide).toEqual(kept);
  close(norm(residualOf(s, out)) / norm(kept), 0, 1e-3);
});
