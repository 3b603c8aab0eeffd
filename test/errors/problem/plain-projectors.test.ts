import { expect, test } from "vitest";
import type { GthPotential } from "../../../src/atoms/pseudopotential.ts";
import { random } from "../../../src/common/random.ts";
import type { Vec3 } from "../../../src/common/vec3.ts";
import { leadingSet, waveSet } from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import { laguerre, projectorNorm } from "../../../src/errors/problem/gth-enclosure.ts";
import { phase } from "../../../src/errors/problem/phase.ts";
import { plainPhase, plainRadial } from "../../../src/errors/problem/plain-projectors.ts";
import { exp } from "../../../src/interval/exp.ts";
import {
  add,
  ball,
  div,
  type Interval,
  interval,
  midpoint,
  mul,
  radiusAbout,
  scale,
  sqr,
} from "../../../src/interval/interval.ts";
import { PLAIN_EXP_ERROR, plainExp } from "../../../src/interval/plain-exp.ts";
import { plainHarmonic, solidHarmonic } from "../../../src/interval/solid-harmonics.ts";
import { sqrt } from "../../../src/interval/sqrt.ts";
import { triclinic } from "../crystals.ts";
import { enclosedTriclinic } from "../enclosed-crystals.ts";

const problem = enclosedTriclinic;
const k: Vec3 = [0.15, -0.2, 0.3];
const { uniform, normal } = random(4);

/** P_i^l(q)/q^l = N k! L_k^{(l+½)}(y) e^{−y}, y = (q r)²/2, k = i − 1. */
function encloseGthProjector(p: GthPotential, l: number, i: number, q2: Interval): Interval {
  const r = interval(p.channels[l]!.r);
  const y = scale(0.5, mul(q2, sqr(r)));
  const polynomial = laguerre(i - 1, l + 0.5).reduceRight(
    (sum, c) => add(interval(c), mul(sum, y)),
    interval(0),
  );
  return mul(mul(projectorNorm(l, i - 1, r), polynomial), exp(scale(-1, y)));
}

// Seen red: one term less in the series, LN2_REST left out.
test("the plain exponential is within its bound of the enclosed one", () => {
  let worst = 0;
  for (let i = 0; i < 4000; i++) {
    const x = -(i < 2000 ? uniform() * 3 : uniform() * 690);
    const exact = exp(interval(x));
    const relative = radiusAbout(exact, plainExp(x)) / exact.lo;
    // the enclosure's own width is counted in, at most 40u at this length
    expect(relative).toBeLessThan(PLAIN_EXP_ERROR + (exact.hi - exact.lo) / exact.lo);
    worst = Math.max(worst, relative);
  }
  expect(worst).toBeGreaterThan(1e-17);
  expect(plainExp(-692)).toBe(0);
  expect(plainExp(0)).toBe(1);
});

test("plain harmonics and phases are within their bounds of the enclosed ones, for all points near by", () => {
  for (let l = 0; l <= 3; l++)
    for (let m = -l; m <= l; m++) {
      const { value, size } = plainHarmonic(l, m);
      for (let trial = 0; trial < 20; trial++) {
        const near = [normal(), normal(), normal()] as const;
        const error = trial % 2 === 0 ? 0 : 1e-6;
        const exact = solidHarmonic(l, m, near.map((x) => interval(x + error * (2 * uniform() - 1)))); // biome-ignore format: one call
        const length = near.reduce((sum, x) => sum + Math.abs(x) + error, 0);
        const bound = size * (32 * 2 ** -53 * length ** l + l * length ** (l - 1) * error);
        expect(radiusAbout(exact, value(...near))).toBeLessThanOrEqual(bound + (exact.hi - exact.lo));
      }
    }
  const position: Vec3 = [0.1, 0.2, -0.37];
  const { error, write } = plainPhase(position, Int32Array.from([-9, -9, -9, 9, 9, 9]));
  expect(error).toBeLessThan(1e-14);
  const out = new Float64Array(2);
  for (let trial = 0; trial < 100; trial++) {
    const n = [0, 1, 2].map(() => Math.floor(19 * uniform()) - 9) as [number, number, number];
    write(out, ...n);
    const { cos, sin } = phase(n, 0, position);
    expect(Math.hypot(out[0]! - midpoint(cos), out[1]! + midpoint(sin))).toBeLessThan(error);
  }
});

test("far out, or with too wide an argument, a radial factor is 0 with an honest bound", () => {
  const { potential } = triclinic.atoms[1]!;
  const out = new Float64Array(2);
  const { r } = potential.channels[0]!;
  const radial = plainRadial(potential, 0, 1, problem.reciprocal.volume);
  radial(out, 1500 / r ** 2, 1e-12);
  expect(out[0]).toBe(0);
  expect(out[1]).toBeGreaterThan(0);
  expect(out[1]).toBeLessThan(1e-290);
  radial(out, 1, 1);
  expect(out[1]).toBe(Infinity);
});

// Seen red: the error of q² left out with a lattice of wide enclosures, a wrong sign of the phase.
test("projectors by plain arithmetic are the enclosed ones within their bounds", () => {
  const set = waveSet(problem, k, 20);
  const root = sqrt(problem.reciprocal.volume);
  const n = set.waves.count;
  for (const { atom, l, h, first } of problem.channels)
    for (let i = 0; i < h.length; i++)
      for (let m = -l; m <= l; m++) {
        const column = first + i * (2 * l + 1) + m + l;
        let distance2 = 0;
        for (let row = 0; row < n; row++) {
          const q2 = scale(2, ball(set.waves.kinetic[row]!, set.waves.kineticError[row]!));
          const q = problem.reciprocal.cartesian(k, Array.from(set.waves.g.subarray(3 * row, 3 * row + 3)));
          const size = mul(div(encloseGthProjector(atom.potential as GthPotential, l, i + 1, q2), root), solidHarmonic(l, m, q)); // biome-ignore format: a product
          const { cos, sin } = phase(set.waves.g, 3 * row, atom.position);
          const at = 2 * (row + n * column);
          distance2 += (midpoint(mul(size, cos)) - set.panel.values[at]!) ** 2;
          distance2 += (midpoint(mul(size, sin)) + set.panel.values[at + 1]!) ** 2;
        }
        expect(set.panel.norms[column]!).toBeGreaterThan(0.5);
        expect(Math.sqrt(distance2)).toBeLessThan(set.panel.errors[column]!);
        expect(set.panel.errors[column]!).toBeLessThan(2e-13);
      }
});

test("the first waves of a set are the set of their own cutoff", () => {
  const [large, own] = [waveSet(problem, k, 20), waveSet(problem, k, 6)];
  const first = leadingSet(large, 6);
  expect(first.waves.count).toBe(own.waves.count);
  expect(first.waves.g).toEqual(own.waves.g);
  expect(first.panel.values).toEqual(own.panel.values);
  expect(first.panel.norms).toEqual(own.panel.norms);
  expect(first.outsideRadius).toBeGreaterThanOrEqual(own.outsideRadius);
  expect(first.outsideRadius).toBeLessThan(own.outsideRadius * 1.2);
  // n_i² over everything outside: mostly waves of a far larger set, which are added up one by one
  const huge = waveSet(problem, k, 60);
  problem.channels.forEach(({ l, h, first: column0 }, c) => {
    h.forEach((_, i) => {
      let explicit = 0;
      for (let m = 0; m <= 2 * l; m++) {
        const column = column0 + i * (2 * l + 1) + m;
        for (let at = 2 * first.waves.count; at < 2 * huge.waves.count; at++)
          explicit += huge.panel.values[2 * huge.waves.count * column + at]! ** 2;
      }
      const bound = first.tails(first.waves.count)[c]![i]!;
      expect(bound).toBeGreaterThanOrEqual(explicit * (1 - 1e-12));
    });
  });
});
