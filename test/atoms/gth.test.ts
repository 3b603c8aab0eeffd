import { expect, test } from "vitest";
import {
  gthLocalFourier,
  gthLocalFourierAt0Correction,
  gthLocalFourierDerivative,
  gthProjectorFourier,
  gthProjectorFourierDerivative,
} from "../../src/atoms/gth/gth.ts";
import type { GthPotential } from "../../src/atoms/pseudopotential.ts";
import { erf } from "../../src/common/special/erfc.ts";
import { close } from "../close.ts";

/** Invented: all four local coefficients, all l with three projectors. Only radii matter for projectors. */
const identity3 = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const full: GthPotential = {
  kind: "gth",
  element: "X",
  name: "test",
  charge: 5,
  rloc: 0.6,
  c: [-7.1, 1.3, 0.4, -0.21],
  channels: [0.5, 0.7, 0.6, 0.45].map((r) => ({ r, h: identity3 })),
};
const qs = [0.05, 0.3, 1, 2.5, 4, 7];

/** ∫₀^a f dr by Simpson's rule. */
function radial(f: (r: number) => number, a: number, n = 4000): number {
  const h = a / n;
  let sum = f(0) + f(a);
  for (let i = 1; i < n; i++) sum += (i % 2 === 1 ? 4 : 2) * f(i * h);
  return (sum * h) / 3;
}

/** Spherical Bessel functions; the power series where the closed forms cancel. */
function bessel(l: number, x: number): number {
  if (x < 1.5) {
    let term = 1;
    for (let j = 1; j <= l; j++) term *= x / (2 * j + 1);
    let sum = 0;
    for (let k = 0; k < 20; k++) {
      sum += term;
      term *= (-x * x) / (2 * (k + 1) * (2 * l + 2 * k + 3));
    }
    return sum;
  }
  let [before, value] = [Math.sin(x) / x, Math.sin(x) / (x * x) - Math.cos(x) / x];
  if (l === 0) return before;
  for (let j = 1; j < l; j++) [before, value] = [value, ((2 * j + 1) / x) * value - before];
  return value;
}

const shortRange = ({ rloc, c }: GthPotential, r: number) => {
  const x2 = (r / rloc) ** 2;
  return Math.exp(-x2 / 2) * c.reduce((sum, coefficient, i) => sum + coefficient * x2 ** i, 0);
};

test("the local part is the Fourier transform of its definition in real space", () => {
  const { charge, rloc } = full;
  for (const q of qs) {
    // The Coulomb tail beyond erf is transformed exactly: ∫ (1/r) e^{−iqr} = 4π/q²; erfc(r/√2 r_loc) dies out.
    const screened = radial((r) => (1 - erf(r / (Math.SQRT2 * rloc))) * Math.sin(q * r), 10);
    const gauss = radial((r) => shortRange(full, r) * r * Math.sin(q * r), 10);
    const expected = ((4 * Math.PI) / q) * (-charge * (1 / q - screened) + gauss);
    // Simpson with h = 1/400: (qh)⁴-sized, below 1e-9 of the Coulomb part.
    close(gthLocalFourier(full, q), expected, 1e-9 * ((4 * Math.PI * charge) / q ** 2 + 1), `v(${q})`);
    expect(Math.abs(gthLocalFourier(full, q))).toBeGreaterThan(1e-6);
  }
});

test("what remains at q = 0 is the integral of v_loc + Z/r, and the limit of the transform", () => {
  const { charge, rloc } = full;
  const correction = gthLocalFourierAt0Correction(full);
  const integral = radial(
    (r) => 4 * Math.PI * r * (charge * (1 - erf(r / (Math.SQRT2 * rloc))) + r * shortRange(full, r)),
    10,
  );
  close(correction, integral, 1e-9, "∫ (v + Z/r)");
  const q = 1e-3;
  // v + 4πZ/q² loses 4πZ/q²·2⁻⁵³ ≈ 1e-8; the next term of the expansion is q² times numbers of order 10.
  close(gthLocalFourier(full, q) + (4 * Math.PI * charge) / q ** 2, correction, 1e-4, "limit");
  expect(Math.abs(correction)).toBeGreaterThan(1);
});

/** Γ(n) = 2 ∫ x^{2n−1} e^{−x²} dx. */
const gammaByIntegral = (n: number) => 2 * radial((x) => x ** (2 * n - 1) * Math.exp(-x * x), 9);

test.each([0, 1, 2, 3])(
  "projectors of l = %i are normalised and transform with spherical Bessel functions",
  (l) => {
    const rl = full.channels[l]!.r;
    for (const i of [1, 2, 3]) {
      const n = l + 2 * i - 0.5;
      const norm = Math.SQRT2 / (rl ** n * Math.sqrt(gammaByIntegral(n)));
      const projector = (r: number) => norm * r ** (l + 2 * (i - 1)) * Math.exp(-((r / rl) ** 2) / 2);
      close(
        radial((r) => (r * projector(r)) ** 2, 9),
        1,
        1e-9,
        `norm of p${i}`,
      );
      for (const q of qs) {
        const expected = 4 * Math.PI * radial((r) => r * r * bessel(l, q * r) * projector(r), 9);
        close(gthProjectorFourier(full, l, i, q), expected, 1e-9, `P(l=${l}, i=${i}, q=${q})`);
      }
      const largest = Math.max(...qs.map((q) => Math.abs(gthProjectorFourier(full, l, i, q))));
      expect(largest).toBeGreaterThan(0.5);
    }
  },
);

test("stated derivatives by q are those of local part and projectors", () => {
  const h = 1e-3;
  const slope = (f: (q: number) => number, q: number) =>
    (8 * (f(q + h) - f(q - h)) - (f(q + 2 * h) - f(q - 2 * h))) / (12 * h);
  for (const q of [0.3, 1, 2.5, 4]) {
    const local = gthLocalFourierDerivative(full, q);
    // Five points: error h⁴ v⁽⁵⁾/30, and v ~ q⁻² makes v⁽⁵⁾ ~ 720·v/q⁵.
    close(
      local,
      slope((x) => gthLocalFourier(full, x), q),
      1e-8 * Math.abs(local),
      `dv/dq at ${q}`,
    );
    for (const l of [0, 1, 2, 3])
      for (const i of [1, 2, 3]) {
        const derivative = gthProjectorFourierDerivative(full, l, i, q);
        close(
          derivative,
          slope((x) => gthProjectorFourier(full, l, i, x), q),
          1e-9,
          `dP/dq ${l} ${i} ${q}`,
        );
        expect(Math.abs(derivative)).toBeGreaterThan(1e-6);
      }
  }
  expect(gthProjectorFourierDerivative(full, 1, 1, 0)).toBeGreaterThan(0);
  expect(gthProjectorFourierDerivative(full, 0, 2, 0)).toBe(0);
});

test("a projector that the potential does not have is a bug of the caller", () => {
  expect(() => gthProjectorFourier(full, 4, 1, 1)).toThrow("l=4");
  expect(() => gthProjectorFourier(full, 0, 4, 1)).toThrow("i=4");
});
