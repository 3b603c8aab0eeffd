import { describe, expect, test } from "vitest";
import { InputError } from "../../src/common/failure.ts";
import { random } from "../../src/common/random.ts";
import { asRealField, dotReal, type ReadonlyRealField, type RealField } from "../../src/kernels/fields.ts";
import { leastSquares } from "../../src/kernels/least-squares.ts";
import type { Accelerator, AcceleratorHistory, Weigh } from "../../src/scf/accelerators/accelerator.ts";
import { anderson } from "../../src/scf/accelerators/anderson.ts";
import { damped } from "../../src/scf/accelerators/damped.ts";
import { close, closeArrays, notTiny } from "../close.ts";

const noise = (length: number, seed: number): RealField => {
  const { normal } = random(seed);
  return asRealField(Float64Array.from({ length }, normal));
};
const norm = (x: ArrayLike<number>) => Math.sqrt(Array.from(x).reduce((sum, v) => sum + v * v, 0));

/** F(x) = A x + b with a random A of size about 0.9/√n per entry: contractive or not, solvable in any case. */
function linearProblem(n: number, seed: number, size = 0.9) {
  const { normal } = random(seed);
  const a = Array.from({ length: n }, () =>
    Float64Array.from({ length: n }, () => (size * normal()) / Math.sqrt(n)),
  );
  const b = noise(n, seed + 1);
  /** F(x) − x */
  const residual = (x: RealField) =>
    asRealField(x.map((xi, i) => dotReal(a[i]! as RealField, x) + b[i]! - xi));
  return { a, b, residual, n };
}

/** Residuals of the iteration, the start included. */
function iterate(
  accelerator: Accelerator,
  { residual, n }: ReturnType<typeof linearProblem>,
  steps: number,
  damping = 0.7,
): RealField[] {
  let x = asRealField(new Float64Array(n));
  let history: AcceleratorHistory = [];
  const residuals = [residual(x)];
  for (let i = 0; i < steps; i++) {
    ({ input: x, history } = accelerator.next(history, x, residuals.at(-1)!, damping));
    residuals.push(residual(x));
  }
  return residuals;
}

describe("damped", () => {
  test("is ρ + α P⁻¹(F(ρ) − ρ), remembers nothing and writes nothing of the caller's", () => {
    const [rho, step] = [noise(30, 1), noise(30, 2)];
    const kept = [rho.slice(), step.slice()];
    const next = damped().next([], rho, step, 0.3);
    closeArrays(
      next.input,
      rho.map((x, i) => x + 0.3 * step[i]!),
      1e-16,
    );
    expect(next.history).toEqual([]);
    expect([rho, step]).toEqual(kept);
    expect(damped().name).toBe("none");
  });
});

describe("anderson on linear problems", () => {
  for (const [n, size] of [[6, 0.5], [12, 0.9], [10, 3]] as const) // biome-ignore format: cases
    test(`solves ${n} unknowns in ${n + 1} steps with enough depth, entries of size ${size}/√n`, () => {
      const residuals = iterate(
        anderson({ depth: n + 1, maxCondition: 1e12 }),
        linearProblem(n, 3, size),
        n + 1,
      );
      expect(norm(residuals[n - 2]!)).toBeGreaterThan(1e-6 * norm(residuals[0]!)); // not done much earlier
      expect(norm(residuals[n + 1]!)).toBeLessThan(1e-9 * norm(residuals[0]!));
    });

  test("the damped iteration diverges where Anderson converges", () => {
    const problem = linearProblem(10, 3, 3);
    expect(norm(iterate(damped(), problem, 30).at(-1)!)).toBeGreaterThan(1e3);
    expect(norm(iterate(anderson({ depth: 0 }), problem, 30).at(-1)!)).toBeGreaterThan(1e3);
  });

  test("the combination it takes is that of GMRES: the smallest residual of the Krylov space at every step", () => {
    const n = 14;
    const problem = linearProblem(n, 5);
    const [alpha, steps] = [0.6, 9];
    const accelerator = anderson({ depth: n, maxCondition: 1e14 });
    // M = A − 1: residuals are r(x) = M x + b; GMRES minimises ‖r₀ + M z‖ over z in span{r₀, M r₀, …}.
    const multiply = (x: RealField): RealField => {
      const image = problem.residual(x);
      return asRealField(image.map((v, i) => v - problem.b[i]!));
    };
    const r0 = problem.residual(asRealField(new Float64Array(n)));
    const krylov: Float64Array[] = [];
    let x = asRealField(new Float64Array(n));
    let history: AcceleratorHistory = [];
    let power = r0;
    for (let k = 0; k < steps; k++) {
      const r = problem.residual(x);
      ({ input: x, history } = accelerator.next(history, x, r, alpha));
      // x⁺ = x̄ + α r̄ with the combined r̄ = (1 + αM)⁻¹ r(x⁺) as r is affine: solve for it.
      const combined = solveShifted(problem.a, alpha, problem.residual(x));
      const minimal = r0.slice();
      if (krylov.length > 0) {
        const fit = leastSquares(
          krylov.map((column) => column.slice()),
          r0,
        );
        krylov.forEach((column, j) => {
          for (let i = 0; i < n; i++) minimal[i]! -= fit.coefficients[j]! * column[i]!;
        });
      }
      expect(norm(minimal)).toBeGreaterThan(1e-3);
      close(norm(combined), norm(minimal), 1e-8 * norm(r0), `step ${k + 1}`);
      power = multiply(power);
      krylov.push(power);
    }
  });

  test("with depth 0 is the damped iteration", () => {
    const problem = linearProblem(8, 7);
    const plain = iterate(damped(), problem, 5);
    iterate(anderson({ depth: 0 }), problem, 5).forEach((r, i) => {
      closeArrays(r, plain[i]!, 0);
    });
    notTiny(plain.at(-1)!, 1e-3);
  });

  test("its first step is the damped one, whatever the depth", () => {
    const [rho, step] = [noise(9, 1), noise(9, 2)];
    closeArrays(anderson().next([], rho, step, 0.4).input, damped().next([], rho, step, 0.4).input, 0);
  });

  test("any order of the unknowns and any scale of the residual give the same iterates", () => {
    const problem = linearProblem(10, 9);
    const normal = iterate(anderson({ depth: 4 }), problem, 8, 0.5);
    // A residual twice as long with half the damping is the same iteration.
    const scaled = {
      ...problem,
      residual: (x: RealField) => asRealField(problem.residual(x).map((v) => 2 * v)),
    };
    notTiny(normal.at(-1)!, 1e-6);
    iterate(anderson({ depth: 4 }), scaled, 8, 0.25).forEach((r, i) => {
      closeArrays(
        r.map((v) => v / 2),
        normal[i]!,
        1e-12,
      );
    });
  });
});

/** y with (1 + α(A − 1)) y = r, by Gaussian elimination. */
function solveShifted(a: readonly Float64Array[], alpha: number, r: RealField): Float64Array {
  const n = r.length;
  const m = a.map((row, i) =>
    Float64Array.of(...row.map((v, j) => alpha * v + (i === j ? 1 - alpha : 0)), r[i]!),
  );
  for (let p = 0; p < n; p++) {
    const best = m.reduce(
      (top, row, i) => (i >= p && Math.abs(row[p]!) > Math.abs(m[top]![p]!) ? i : top),
      p,
    );
    [m[p], m[best]] = [m[best]!, m[p]!];
    for (let i = 0; i < n; i++) {
      if (i === p) continue;
      const factor = m[i]![p]! / m[p]![p]!;
      for (let j = p; j <= n; j++) m[i]![j]! -= factor * m[p]![j]!;
    }
  }
  return Float64Array.from(m, (row, i) => row[n]! / row[i]!);
}

describe("anderson in a norm", () => {
  const scale = Float64Array.from({ length: 20 }, (_, i) => 1 + i);
  const stretched = (x: ReadonlyRealField) => asRealField(Float64Array.from(x, (v, i) => scale[i]! * v));
  /** Densities and steps of which none is a combination of the others. */
  const points = Array.from({ length: 6 }, (_, i) => ({ rho: noise(20, 40 + i), step: noise(20, 60 + i) }));
  /** Densities that Anderson takes along these points, from any state. */
  const walk = (given: typeof points, weigh?: Weigh, forget = false) => {
    let history: AcceleratorHistory = [];
    return given.map(({ rho, step }) => {
      const next = anderson({ depth: 3 }).next(history, rho, step, 0.7, weigh);
      history = forget ? next.history.map(({ input, step: s }) => ({ input, step: s })) : next.history;
      return next.input;
    });
  };

  test("with root M^{½} is plain Anderson on M^{½}ρ, whose result is M^{½} times its own", () => {
    const inNorm = walk(points, stretched);
    const plain = walk(points.map(({ rho, step }) => ({ rho: stretched(rho), step: stretched(step) })));
    plain.forEach((rho, i) => {
      closeArrays(stretched(inNorm[i]!), rho, 1e-11); // condition of the fit times rounding
    });
    // and is not what the plain norm gives
    const other = walk(points).at(-1)!;
    expect(norm(other.map((v, i) => v - inNorm.at(-1)![i]!))).toBeGreaterThan(1e-2 * norm(other));
  });

  test("goes on from points that were kept without one", () => {
    const whole = walk(points, stretched);
    walk(points, stretched, true).forEach((rho, i) => {
      closeArrays(rho, whole[i]!, 1e-13); // the basis of the steps is made anew
    });
  });

  test("is the fit of whole steps, however many points were forgotten and however short steps became", () => {
    const accelerator = anderson({ depth: 4, maxCondition: 1e12 });
    const shrinking = Array.from({ length: 40 }, (_, i) => ({
      input: noise(20, 300 + i),
      step: asRealField(noise(20, 400 + i).map((v) => v * 0.6 ** i)),
    }));
    let history: AcceleratorHistory = [];
    shrinking.forEach(({ input, step }, i) => {
      const past = shrinking.slice(Math.max(0, i - 4), i);
      const weighed = stretched(step);
      const fit = leastSquares(
        past.map((point) => stretched(point.step).map((v, at) => v - weighed[at]!)),
        weighed,
      );
      const expected = input.map((v, at) =>
        past.reduce(
          (sum, point, j) =>
            sum - fit.coefficients[j]! * (point.input[at]! - v + 0.7 * (point.step[at]! - step[at]!)),
          v + 0.7 * step[at]!,
        ),
      );
      const next = accelerator.next(history, input, step, 0.7, stretched);
      ({ history } = next);
      closeArrays(next.input, expected, 1e-12, `point ${i}`);
    });
  });
});

describe("what anderson remembers", () => {
  const walk = (accelerator: Accelerator, sizes: readonly number[]) => {
    let history: AcceleratorHistory = [];
    const rhos: RealField[] = [];
    sizes.forEach((size, i) => {
      const rho = noise(20, 100 + i);
      rhos.push(rho);
      const step = asRealField(noise(20, 200 + i).map((x) => size * x));
      ({ history } = accelerator.next(history, rho, step, 0.5));
    });
    return { kept: history.map(({ input }) => rhos.indexOf(input)) };
  };

  test("are the last `depth` points, in order", () => {
    expect(walk(anderson({ depth: 3 }), [1, 1, 1, 1, 1]).kept).toEqual([2, 3, 4]);
    expect(walk(anderson({ depth: 10 }), [1, 1, 1]).kept).toEqual([0, 1, 2]);
    expect(walk(anderson({ depth: 0 }), [1, 1]).kept).toEqual([]);
  });

  test("points whose residual exceeds the error factor are forgotten, but not the newest", () => {
    const choice = { depth: 10, errorFactor: 100, maxCondition: 1e30 };
    expect(walk(anderson(choice), [1, 1e-1, 1e-3]).kept).toEqual([1, 2]);
    expect(walk(anderson(choice), [1, 0.5, 0.02]).kept).toEqual([0, 1, 2]);
    // Point 1 has just been left: it stays although its residual is 10⁴ times that of point 2.
    expect(walk(anderson(choice), [1e-3, 10, 1e-3]).kept).toEqual([0, 1, 2]);
    expect(walk(anderson(choice), [1e-3, 10, 1e-3, 1e-3]).kept).toEqual([0, 2, 3]);
  });

  test("points that make the differences dependent are forgotten, the largest residual first", () => {
    const accelerator = anderson({ depth: 10, maxCondition: 1e6 });
    const base = noise(20, 1);
    const point = (size: number, extra: number, seed: number) => ({
      input: noise(20, seed),
      step: asRealField(base.map((x, i) => size * x + extra * Math.cos(i * seed))),
    });
    // Steps 3s, 2s and s: differences with s are parallel up to 1e-9.
    const state = [point(3, 1e-9, 5), point(2, 1e-9, 6)];
    const now = point(1, 0, 7);
    const { history: next } = accelerator.next(state, now.input, now.step, 0.5);
    expect(next.map(({ input }) => [state[0]!.input, state[1]!.input, now.input].indexOf(input))).toEqual([
      1, 2,
    ]);
    // Well separated ones all stay.
    const apart = [point(3, 1, 5), point(2, 1, 6)];
    expect(accelerator.next(apart, now.input, now.step, 0.5).history).toHaveLength(3);
  });

  test("a repeated point cannot spoil the next density", () => {
    const [rho, step] = [noise(20, 1), noise(20, 2)];
    const once = anderson().next([], rho, step, 0.5);
    const twice = anderson().next(once.history, rho, step, 0.5);
    closeArrays(twice.input, once.input, 1e-14);
    expect(twice.input.every(Number.isFinite)).toBe(true);
  });

  test("is a value: neither the state nor the arrays given are written", () => {
    const accelerator = anderson({ depth: 3 });
    let history: AcceleratorHistory = [];
    for (let i = 0; i < 3; i++)
      ({ history } = accelerator.next(history, noise(20, 10 + i), noise(20, 20 + i), 0.5));
    const frozen = structuredClone(history);
    const [rho, step] = [noise(20, 1), noise(20, 2)];
    const first = accelerator.next(history, rho, step, 0.5);
    expect(history).toEqual(frozen);
    expect([rho, step]).toEqual([noise(20, 1), noise(20, 2)]);
    expect(accelerator.next(history, rho, step, 0.5)).toEqual(first);
    // and plain data: a copy goes on in the same way
    expect(accelerator.next(structuredClone(history), rho, step, 0.5).input).toEqual(first.input);
  });
});

test("options out of range are refused by name", () => {
  for (const depth of [-1, 1.5, Number.NaN])
    expect(() => anderson({ depth })).toThrow(/^anderson.depth: must be .* got/);
  expect(() => anderson({ errorFactor: 1 })).toThrow(
    /^anderson.errorFactor: must be a factor above 1, got 1; 1e5 is usual$/,
  );
  expect(() => anderson({ maxCondition: Number.NaN })).toThrow(InputError);
  expect(anderson({ depth: 5 }).name).toBe("anderson(depth=5)");
});
