import { expect, test } from "vitest";
import { random } from "../../../src/common/random.ts";
import { hermitianEigenpairs } from "../../../src/errors/propose/dense-eigenpairs.ts";
import {
  exactMatrix,
  intervalMatrix,
  sandwichNorm,
  split,
} from "../../../src/errors/ritz/complex-intervals.ts";
import { enclosePencil } from "../../../src/errors/ritz/interval-pencil.ts";
import { ball } from "../../../src/interval/interval.ts";
import { type Above, exact } from "../../../src/interval/sides.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";

const kernels = wasmKernelsSync();
const { normal, uniform } = random(12);
const N = 5;
const hermitian = (size: (i: number, j: number) => number): Float64Array => {
  const a = new Float64Array(2 * N * N);
  for (let i = 0; i < N; i++)
    for (let j = 0; j <= i; j++) {
      const [re, im] = [size(i, j) * normal(), i === j ? 0 : size(i, j) * normal()];
      a.set([re, im], 2 * (i + N * j));
      a.set([re, -im], 2 * (j + N * i));
    }
  return a;
};

// Seen red: rows summed without columns, |X| in place of its transpose, the imaginary part of X left out.
test("what any Hermitian matrix within radii can do to XᴴEX is below the bound", () => {
  let tightest = 0;
  for (let trial = 0; trial < 60; trial++) {
    const x = Float64Array.from({ length: 2 * N * N }, () => normal() * 10 ** (2 * uniform()));
    const radii = Array.from({ length: N }, () => new Array<Above>(N).fill(exact(0)));
    const e = hermitian(() => 10 ** (-6 * uniform()));
    for (let i = 0; i < N; i++)
      for (let j = 0; j < N; j++)
        radii[i]![j] = exact(Math.hypot(e[2 * (i + N * j)]!, e[2 * (i + N * j) + 1]!));
    const product = kernels.scratch((take) => {
      const [a, b, t, c] = [take(x.length), take(x.length), take(x.length), take(x.length)];
      a.set(x);
      b.set(e);
      kernels.gemm("N", "N", N, N, N, 1, b, N, a, N, 0, t, N);
      kernels.gemm("C", "N", N, N, N, 1, a, N, t, N, 0, c, N);
      return Float64Array.from(c);
    });
    const norm = Math.max(...hermitianEigenpairs(kernels, N, product).values.map(Math.abs));
    const bound = sandwichNorm(exactMatrix(N, x), radii);
    expect(bound).toBeGreaterThan(norm);
    tightest = Math.max(tightest, norm / bound);
  }
  expect(tightest).toBeGreaterThan(0.2);
  // one element of E meets one row of X: XᴴEX = x̄₀ⱼ x₀ₖ, of norm Σ|x₀ⱼ|²
  const x = Float64Array.from({ length: 2 * N * N }, (_, at) => (at % (2 * N) === 0 && at > 0 ? 30 : 1));
  const corner = Array.from({ length: N }, (_, i) =>
    Array.from({ length: N }, (_, j) => exact(i + j === 0 ? 1 : 0)),
  );
  expect(sandwichNorm(exactMatrix(N, x), corner)).toBeGreaterThan(4 * 901);
  // beside the diagonal: x̄₀ⱼ x₁ₖ, of norm ‖x₀‖‖x₁‖, longer in one direction than in the other
  const rows = Float64Array.from({ length: 2 * N * N }, (_, at) =>
    at % (2 * N) === 0 ? 1 : at === 2 ? 30 : 0,
  );
  const beside = corner.map((row, i) => row.map((_, j) => exact(i === 0 && j === 1 ? 1 : 0)));
  expect(sandwichNorm(exactMatrix(N, rows), beside)).toBeGreaterThanOrEqual(30 * Math.sqrt(N));
});

test("all members of a pencil of intervals have their eigenvalues in the enclosures", () => {
  for (let trial = 0; trial < 40; trial++) {
    const a = hermitian(() => 1);
    const b = hermitian(() => 0.1);
    for (let i = 0; i < N; i++) b[2 * (i + N * i)]! += 2;
    const radius = 10 ** (-4 - 6 * uniform());
    const wide = (z: Float64Array) =>
      intervalMatrix(N, (i, j) => ({
        re: ball(z[2 * (i + N * j)]!, radius * (1 + i + j)),
        im: ball(z[2 * (i + N * j) + 1]!, i === j ? 0 : radius),
      }));
    const [wideA, wideB] = [wide(a), wide(b)];
    const { enclosures } = enclosePencil(kernels, wideA, wideB)!;
    for (let member = 0; member < 5; member++) {
      const moved = (z: Float64Array): Float64Array => {
        const step = hermitian(() => 0);
        for (let i = 0; i < N; i++)
          for (let j = 0; j <= i; j++) {
            const re = radius * (1 + i + j) * (2 * uniform() - 1);
            const im = i === j ? 0 : radius * (2 * uniform() - 1);
            step.set([re, im], 2 * (i + N * j));
            step.set([re, -im], 2 * (j + N * i));
          }
        return z.map((value, at) => value + step[at]!);
      };
      const point = (z: Float64Array) => exactMatrix(N, z);
      const exact = enclosePencil(kernels, point(moved(a)), point(moved(b)))!.approximate;
      exact.forEach((kappa, i) => {
        expect(kappa).toBeGreaterThan(enclosures[i]!.lo - 1e-13);
        expect(kappa).toBeLessThan(enclosures[i]!.hi + 1e-13);
      });
    }
    const { radii } = split(wideA);
    expect(radii[1]![2]!).toBeGreaterThan(radius);
  }
});

// Seen red: how far XᴴAX is from its diagonal left out.
test("eigenvalues that the solver has wrong are enclosed all the same", () => {
  const a = hermitian(() => 1);
  const one = exactMatrix(
    N,
    Float64Array.from({ length: 2 * N * N }, (_, at) => (at % (2 * N + 2) === 0 ? 1 : 0)),
  );
  const wrong: typeof kernels = {
    ...kernels,
    eigh(n, matrix, lda, values, vectors, ldv) {
      kernels.eigh(n, matrix, lda, values, vectors, ldv);
      values[0]! -= 0.01;
    },
  };
  const [right, rough] = [kernels, wrong].map((k) => enclosePencil(k, exactMatrix(N, a), one)!);
  right!.approximate.forEach((kappa, i) => {
    expect(rough!.enclosures[i]!.lo).toBeLessThanOrEqual(kappa);
    expect(rough!.enclosures[i]!.hi).toBeGreaterThanOrEqual(kappa);
  });
});

// Seen red: the order not looked at. Lemma 6 pairs the i-th number with the i-th eigenvalue.
test("a solver that gives eigenvalues in another order proves nothing", () => {
  const one = exactMatrix(
    N,
    Float64Array.from({ length: 2 * N * N }, (_, at) => (at % (2 * N + 2) === 0 ? 1 : 0)),
  );
  const unordered: typeof kernels = {
    ...kernels,
    eigh(n, matrix, lda, values, vectors, ldv) {
      kernels.eigh(n, matrix, lda, values, vectors, ldv);
      values.reverse();
      for (let i = 0; i < n >> 1; i++) {
        const [from, to] = [2 * ldv * i, 2 * ldv * (n - 1 - i)];
        const kept = vectors.slice(from, from + 2 * n);
        vectors.copyWithin(from, to, to + 2 * n);
        vectors.set(kept, to);
      }
    },
  };
  const a = exactMatrix(
    N,
    hermitian(() => 1),
  );
  expect(enclosePencil(kernels, a, one)).toBeDefined();
  expect(enclosePencil(unordered, a, one)).toBeUndefined();
});

// Seen red: ‖X‖ taken as 1, which a small B makes large; radii of the real parts alone.
test("Lemma 6: any member of a pencil of any scale has its eigenvalues in the enclosures", () => {
  const matrix = (
    n: number,
    entry: (i: number, j: number) => readonly [re: number, im: number, radius: number],
  ) =>
    intervalMatrix(n, (i, j) => {
      const [re, im, radius] = entry(i, j);
      return { re: ball(re, i === j ? radius : 0), im: ball(im, i === j ? 0 : radius) };
    });
  for (const size of [1e-4, 1, 1e4])
    for (const kappa of [-2, 0.1, 3]) {
      const [ra, rb] = [0.01, 0.1 * size];
      const a = matrix(1, () => [kappa * size, 0, ra]);
      const [found] = enclosePencil(
        kernels,
        a,
        matrix(1, () => [size, 0, rb]),
      )!.enclosures;
      for (const da of [-ra, ra])
        for (const db of [-rb, rb]) {
          const member = (kappa * size + da) / (size + db);
          expect(found!.lo).toBeLessThanOrEqual(member);
          expect(found!.hi).toBeGreaterThanOrEqual(member);
        }
    }
  // [[0, ir], [−ir, 0]] has ±r
  const [r, one] = [0.1, matrix(2, (i, j) => [i === j ? 1 : 0, 0, 0])];
  const found = enclosePencil(
    kernels,
    matrix(2, (i, j) => [0, 0, i === j ? 0 : r]),
    one,
  )!.enclosures;
  expect(found[0]!.lo).toBeLessThanOrEqual(-r);
  expect(found[1]!.hi).toBeGreaterThanOrEqual(r);
});

// Seen red: s < 1 not asked for.
test("Lemma 6 says nothing where B may not be positive definite", () => {
  const of = (middle: number, radius: number) =>
    intervalMatrix(1, () => ({ re: ball(middle, radius), im: ball(0, 0) }));
  expect(enclosePencil(kernels, of(1, 0.1), of(1, 0.5))).toBeDefined();
  expect(enclosePencil(kernels, of(1, 0.1), of(1, 2))).toBeUndefined();
});
