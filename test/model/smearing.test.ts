import { expect, test } from "vitest";
import { SMEARING_NAMES, smearing } from "../../src/model/smearing.ts";
import { close } from "../close.ts";

const smooth = SMEARING_NAMES.filter((name) => name !== "none").map(smearing);
const points = Array.from({ length: 81 }, (_, i) => -6 + 0.15 * i + 0.01);

/** Six-point central difference: error ~ h⁶ f⁽⁷⁾/140 ≈ 1e-11 for h = 0.01, rounding ~ 1e-14. */
const slope = (f: (x: number) => number, x: number) => {
  const h = 0.01;
  const d = (j: number) => f(x + j * h) - f(x - j * h);
  return (45 * d(1) - 9 * d(2) + d(3)) / (60 * h);
};

/** ∫ f dx over (−a, a) by the trapezoidal rule, which converges exponentially for functions that have died out. */
const integral = (f: (x: number) => number, a = 60, h = 0.05) => {
  let sum = 0;
  for (let i = Math.round(-a / h); i <= a / h; i++) sum += f(i * h);
  return sum * h;
};

test.each(smooth)("$name: the stated derivative is that of the occupation", (s) => {
  let largest = 0;
  for (const x of points) {
    close(s.occupationDerivative(x), slope(s.occupation, x), 1e-9, `df/dx at ${x}`);
    largest = Math.max(largest, Math.abs(s.occupationDerivative(x)));
  }
  expect(largest).toBeGreaterThan(0.2);
});

test.each(smooth)("$name: the entropy makes the free energy stationary, ds/dx = x df/dx", (s) => {
  let largest = 0;
  for (const x of points) {
    close(slope(s.entropy, x), x * s.occupationDerivative(x), 1e-9, `ds/dx at ${x}`);
    largest = Math.max(largest, Math.abs(s.entropy(x)));
  }
  expect(largest).toBeGreaterThan(0.1);
});

test.each(smooth)("$name: one electron is smeared, ∫ −f′ dx = 1, and f goes from 1 to 0", (s) => {
  close(
    integral((x) => -s.occupationDerivative(x)),
    1,
    1e-13,
    "∫ −f′",
  );
  for (const far of [40, 1e3, 1e200, Infinity]) {
    close(s.occupation(far), 0, 1e-17, `f(${far})`);
    expect(s.occupation(-far)).toBe(1);
    expect(Math.abs(s.entropy(far))).toBeLessThan(1e-15);
    expect(Math.abs(s.entropy(-far))).toBeLessThan(1e-15);
    expect(Math.abs(s.occupationDerivative(far))).toBeLessThan(1e-15);
  }
});

test("the second moment of −f′ vanishes for the methods whose energy error is of higher order in T", () => {
  const moment = (name: "gaussian" | "methfessel-paxton-1") =>
    integral((x) => -x * x * smearing(name).occupationDerivative(x));
  close(moment("gaussian"), 0.5, 1e-13, "gaussian");
  close(moment("methfessel-paxton-1"), 0, 1e-13, "methfessel-paxton-1");
  // Cold smearing: the mean of x² is removed by a skew delta function; its first moment is that of e^{−u²}(2 + √2x).
  const cold = smearing("marzari-vanderbilt");
  close(
    integral((x) => -x * x * cold.occupationDerivative(x)),
    0,
    1e-13,
    "marzari-vanderbilt",
  );
});

test.each(smooth)("$name: order is that of the first moment of −f′ that does not vanish", (s) => {
  const moment = (j: number) => {
    let sum = 0;
    const h = 1e-2; // the trapezoid of a smooth function that has died away: exact to rounding
    for (let x = -60; x <= 60; x += h) sum -= h * x ** j * s.occupationDerivative(x);
    return sum;
  };
  for (let j = 1; j < s.order; j++) close(moment(j), 0, 1e-9, `moment ${j}`);
  expect(Math.abs(moment(s.order))).toBeGreaterThan(0.4);
});

test("fermi-dirac is the textbook function, its entropy the mixing entropy", () => {
  const s = smearing("fermi-dirac");
  for (const x of [-20, -3, -0.5, 0, 1e-3, 2, 15]) {
    const f = 1 / (1 + Math.exp(x));
    close(s.occupation(x), f, 1e-15, `f(${x})`);
    close(s.entropy(x), -f * Math.log(f) - (1 - f) * Math.log1p(-f), 1e-14, `s(${x})`);
  }
  expect(s.occupation(0)).toBe(0.5);
});

test("monotone methods stay between 0 and 1, the others overshoot", () => {
  for (const s of smooth) {
    const outside = points.filter((x) => s.occupation(x) > 1 || s.occupation(x) < 0);
    expect(outside.length > 0, s.name).toBe(!s.isMonotone);
  }
  // Cold smearing is never negative: this is what it was made for.
  expect(Math.min(...points.map(smearing("marzari-vanderbilt").occupation))).toBeGreaterThanOrEqual(0);
});

test("without smearing levels up to μ are full and the entropy is nothing", () => {
  const s = smearing("none");
  expect([-Infinity, -1e-9, 0, 1e-9, Infinity].map(s.occupation)).toEqual([1, 1, 1, 0, 0]);
  expect(s.occupationDerivative(0.5)).toBe(0);
  expect(s.entropy(0)).toBe(0);
});
