import { expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import {
  solidHarmonic,
  solidHarmonicGradient,
  sphericalHarmonic,
} from "../../src/common/special/spherical-harmonics.ts";
import { dot, norm, type Vec3 } from "../../src/common/vec3.ts";
import { close } from "../close.ts";

const pairs = [0, 1, 2, 3].flatMap((l) => Array.from({ length: 2 * l + 1 }, (_, i) => ({ l, m: i - l })));
const { normal } = random(5);
const vector = (): Vec3 => [normal(), normal(), normal()];

/** Roots and weights of the 8-point Gauss–Legendre rule, by Newton on P₈. */
function gaussLegendre(n: number): { x: number; w: number }[] {
  return Array.from({ length: n }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 0;
    for (let step = 0; step < 50; step++) {
      let [before, value] = [1, x];
      for (let k = 2; k <= n; k++)
        [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      slope = (n * (x * value - before)) / (x * x - 1);
      x -= value / slope;
    }
    return { x, w: 2 / ((1 - x * x) * slope * slope) };
  });
}

test("real spherical harmonics are orthonormal on the sphere", () => {
  // Exact for polynomials of degree 15 in z and 15 in φ: products of l ≤ 3 have degree 6.
  const rule = gaussLegendre(8).flatMap(({ x: z, w }) =>
    Array.from({ length: 16 }, (_, i) => {
      const phi = (2 * Math.PI * (i + 0.3)) / 16;
      const r = Math.sqrt(1 - z * z);
      return { v: [r * Math.cos(phi), r * Math.sin(phi), z] as Vec3, w: (w * 2 * Math.PI) / 16 };
    }),
  );
  for (const a of pairs)
    for (const b of pairs) {
      let overlap = 0;
      for (const { v, w } of rule)
        overlap += w * sphericalHarmonic(a.l, a.m, v) * sphericalHarmonic(b.l, b.m, v);
      close(overlap, a === b ? 1 : 0, 1e-14, `⟨Y${a.l}${a.m}|Y${b.l}${b.m}⟩`);
    }
});

test("addition theorem: Σ_m Y_lm(a) Y_lm(b) = (2l + 1)/(4π) P_l(cos angle), for vectors of any length", () => {
  const legendre = [
    () => 1,
    (c: number) => c,
    (c: number) => 1.5 * c * c - 0.5,
    (c: number) => (5 * c ** 3 - 3 * c) / 2,
  ];
  for (let trial = 0; trial < 20; trial++) {
    const [a, b] = [vector(), vector()];
    const cosine = dot(a, b) / (norm(a) * norm(b));
    for (let l = 0; l <= 3; l++) {
      let sum = 0;
      for (let m = -l; m <= l; m++) sum += sphericalHarmonic(l, m, a) * sphericalHarmonic(l, m, b);
      close(sum, ((2 * l + 1) / (4 * Math.PI)) * legendre[l]!(cosine), 1e-14, `l = ${l}`);
    }
  }
});

test("m counts turns about z: a rotation by φ mixes Y_lm and Y_l−m with cos mφ and sin mφ", () => {
  const phi = 0.7;
  for (const { l, m } of pairs.filter((pair) => pair.m > 0)) {
    const [x, y, z] = vector();
    const turned: Vec3 = [x * Math.cos(phi) - y * Math.sin(phi), x * Math.sin(phi) + y * Math.cos(phi), z];
    const [c, s] = [sphericalHarmonic(l, m, [x, y, z]), sphericalHarmonic(l, -m, [x, y, z])];
    close(sphericalHarmonic(l, m, turned), c * Math.cos(m * phi) - s * Math.sin(m * phi), 1e-14, `Y${l}${m}`);
    close(
      sphericalHarmonic(l, -m, turned),
      s * Math.cos(m * phi) + c * Math.sin(m * phi),
      1e-14,
      `Y${l}-${m}`,
    );
  }
});

test("at the origin only l = 0 remains", () => {
  for (const { l, m } of pairs)
    expect(sphericalHarmonic(l, m, [0, 0, 0])).toBe(l === 0 ? 0.5 / Math.sqrt(Math.PI) : 0);
});

test("solid harmonics are |r|^l Y_lm, and their stated gradients are their derivatives", () => {
  for (const { l, m } of pairs) {
    const v = vector();
    close(solidHarmonic(l, m, v), norm(v) ** l * sphericalHarmonic(l, m, v), 1e-13, `S${l}${m}`);
    const gradient = solidHarmonicGradient(l, m, v);
    for (const axis of [0, 1, 2] as const) {
      const at = (h: number) =>
        solidHarmonic(l, m, v.map((c, i) => (i === axis ? c + h : c)) as unknown as Vec3);
      // Five-point formula: exact for polynomials of degree ≤ 4.
      const slope = (8 * (at(0.1) - at(-0.1)) - (at(0.2) - at(-0.2))) / 1.2;
      close(gradient[axis], slope, 1e-12, `∂S${l}${m} along ${axis}`);
    }
    if (l > 0) expect(norm(gradient)).toBeGreaterThan(1e-3);
  }
});

test("m beyond l is refused", () => {
  expect(() => sphericalHarmonic(1, 2, [0, 0, 1])).toThrow("l=1, m=2");
  expect(() => sphericalHarmonic(4, 0, [0, 0, 1])).toThrow("l=4");
});
