import { expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import { solidHarmonic } from "../../src/common/special/spherical-harmonics.ts";
import { LN2_HIGH, LN2_LOW, PI } from "../../src/interval/constants.ts";
import { exp } from "../../src/interval/exp.ts";
import { interval } from "../../src/interval/interval.ts";
import { norm2Above } from "../../src/interval/norms.ts";
import { gamma, inflated } from "../../src/interval/sides.ts";
import { solidHarmonic as enclosed } from "../../src/interval/solid-harmonics.ts";
import { cosSinTurns } from "../../src/interval/turns.ts";
import {
  atMost,
  exactCosSin,
  exactExp,
  exactLn2,
  exactly,
  exactPi,
  minus,
  mustHold,
  plus,
  times,
} from "./exact.ts";

test("π and ln 2 lie in their enclosures", () => {
  mustHold(PI, exactPi(), "π");
  mustHold(LN2_LOW, minus(exactLn2(), exactly(LN2_HIGH)), "ln 2 − high part");
  expect(Number.isInteger(LN2_HIGH * 2 ** 33)).toBe(true); // few bits: multiples are exact
});

// Broken once: TERMS = 8 with the remainder dropped. (With all 16 terms it is far below the rounding of the others.)
test("eˣ lies in its enclosure from underflow to overflow, and the enclosure is narrow", () => {
  const source = random(5);
  for (let i = 0; i < 1200; i++) {
    const x =
      i % 3 === 0 ? 1400 * (source.uniform() - 0.53) : i % 3 === 1 ? source.normal() : 1e-9 * source.normal();
    const y = exp(interval(x));
    if (x < 709 && x > -745) mustHold(y, exactExp(exactly(x)), `exp(${x})`);
    if (x > -700 && x < 700) expect(y.hi - y.lo).toBeLessThan(6e-15 * y.hi);
  }
  expect(exp(interval(0))).toEqual({ lo: 1, hi: 1 });
  expect(exp(interval(1000)).hi).toBe(Infinity);
  expect(exp(interval(-1000))).toEqual({ lo: 0, hi: 5e-324 });
  const wide = exp(interval(-1, 1));
  expect(wide.lo < 0.3679 && wide.hi > 2.7).toBe(true);
});

// Broken once: the sign of a > ¼ left out; four terms with no remainder; the radius without its 2π.
test("cos and sin of turns lie in their enclosures, with and without a radius", () => {
  const source = random(6);
  for (let i = 0; i < 600; i++) {
    const x = i % 2 === 0 ? 2 * source.uniform() - 1 : (Math.floor(15 * source.uniform() - 8) * 3 + 1) / 24;
    const exact = exactCosSin(exactly(x));
    const { cos, sin } = cosSinTurns(x);
    mustHold(cos, exact.cos, `cos 2π${x}`);
    mustHold(sin, exact.sin, `sin 2π${x}`);
    expect(Math.max(cos.hi - cos.lo, sin.hi - sin.lo)).toBeLessThan(4e-15);
    const radius = 1e-3 * source.uniform();
    const wide = cosSinTurns(x, radius);
    for (const y of [x - radius, x + radius]) {
      const moved = exactCosSin(exactly(y));
      mustHold(wide.cos, moved.cos, "cos with a radius");
      mustHold(wide.sin, moved.sin, "sin with a radius");
    }
  }
});

test("eighths of a turn are exact but for √½, however many whole turns there are", () => {
  for (const [turns, cos, sin] of [
    [0, 1, 0],
    [0.25, 0, 1],
    [0.5, -1, 0],
    [0.75, 0, -1],
    [1e15 + 0.25, 0, 1],
    [-0.25, 0, -1],
  ] as const) {
    const value = cosSinTurns(turns);
    expect([value.cos.lo, value.cos.hi, value.sin.lo, value.sin.hi].map((x) => x + 0)).toEqual([
      cos,
      cos,
      sin,
      sin,
    ]);
  }
  const eighth = cosSinTurns(0.375);
  const half = exactly(0.5);
  expect(atMost(times(exactly(eighth.sin.lo), exactly(eighth.sin.lo)), half)).toBe(true);
  expect(atMost(half, times(exactly(eighth.sin.hi), exactly(eighth.sin.hi)))).toBe(true);
  expect(eighth.cos).toEqual({ lo: -eighth.sin.hi, hi: -eighth.sin.lo });
});

test("solid harmonics enclose those of the model, which another route computes", () => {
  const source = random(7);
  for (let i = 0; i < 200; i++) {
    const r = [source.normal(), source.normal(), source.normal()] as const;
    for (let l = 0; l <= 3; l++)
      for (let m = -l; m <= l; m++) {
        const [x, y] = [
          enclosed(
            l,
            m,
            r.map((c) => interval(c)),
          ),
          solidHarmonic(l, m, r),
        ];
        const rounding = 1e-14 * (1 + Math.hypot(...r)) ** l; // the model's own few roundings
        expect(x.lo - rounding <= y && y <= x.hi + rounding && x.hi - x.lo < 2 * rounding).toBe(true);
      }
  }
});

test("γ bounds the error of sums in any order, and inflated norms are above the exact ones", () => {
  const source = random(8);
  for (let i = 0; i < 6; i++) {
    const n = 400;
    const x = Float64Array.from({ length: n }, () => source.normal() * 10 ** (2 * source.normal()));
    const y = Float64Array.from({ length: n }, () => source.normal());
    const orders = [
      Array.from(x.keys()),
      Array.from(x.keys()).reverse(),
      Array.from(x.keys()).sort((a, b) => x[a]! - x[b]!),
    ];
    let exact = exactly(0);
    let sizes = exactly(0);
    let squares = exactly(0);
    for (let j = 0; j < n; j++) {
      const product = times(exactly(x[j]!), exactly(y[j]!));
      exact = plus(exact, product);
      sizes = plus(sizes, { n: product.n < 0n ? -product.n : product.n, d: product.d });
      squares = plus(squares, times(exactly(x[j]!), exactly(x[j]!)));
    }
    for (const order of orders) {
      const sum = order.reduce((s, j) => s + x[j]! * y[j]!, 0);
      const error = minus(exactly(sum), exact);
      expect(
        atMost({ n: error.n < 0n ? -error.n : error.n, d: error.d }, times(exactly(gamma(n)), sizes)),
      ).toBe(true);
    }
    const norm = exactly(norm2Above(x));
    expect(atMost(squares, times(norm, norm))).toBe(true);
    const plain = x.reduce((s, v) => s + Math.abs(v), 0);
    expect(inflated(plain, n)).toBeGreaterThan(plain);
  }
  expect(() => gamma(1e15)).toThrow(/gamma/);
});
