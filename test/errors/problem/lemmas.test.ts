import { expect, test } from "vitest";
import { random } from "../../../src/common/random.ts";
import type { Vec3 } from "../../../src/common/vec3.ts";
import { leadingSet, waveSet } from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import { gaussianMoment, latticeTail } from "../../../src/errors/problem/lattice-tail.ts";
import { phase } from "../../../src/errors/problem/phase.ts";
import { nonlocalDepth } from "../../../src/errors/problem/projectors.ts";
import { encloseReciprocal, planeWavesBelow } from "../../../src/errors/problem/reciprocal.ts";
import { add, interval, scale } from "../../../src/interval/interval.ts";
import { differenceBelow, exact } from "../../../src/interval/sides.ts";
import { sqrt } from "../../../src/interval/sqrt.ts";
import { cosSinTurns } from "../../../src/interval/turns.ts";
import { coreSilicon, triclinic } from "../crystals.ts";
import { enclosedTriclinic } from "../enclosed-crystals.ts";

/*
 * A law for each lemma of docs/bounds.md, by brute force: the bound holds, and is so near to the truth that no part of its
 * formula can be missed.
 */

const K: Vec3 = [0.1, 0.2, -0.3];
const simpson = (f: (s: number) => number, from: number, to: number, steps = 4000): number => {
  const h = (to - from) / steps;
  let sum = f(from) + f(to);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 0 ? 2 : 4) * f(from + i * h);
  return (sum * h) / 3;
};

// Seen red: half of the radius.
test("Lemma 1, its δ: no point is farther from the reciprocal lattice, and in rectangular ones the middle is as far", () => {
  const { uniform } = random(3);
  for (const [lattice, least] of [
    [[[5, 0, 0], [0, 7, 0], [0, 0, 4]], 0.999999], // biome-ignore format: a matrix
    [triclinic.lattice, 0.7],
    [coreSilicon.lattice, 0.5],
  ] as const) {
    const { coveringRadius, vectors } = encloseReciprocal(lattice);
    const rows = vectors.map((row) => row.map(({ lo, hi }) => (lo + hi) / 2));
    const length = (t: readonly number[]) =>
      Math.hypot(...[0, 1, 2].map((c) => t.reduce((sum, x, i) => sum + x * rows[i]![c]!, 0)));
    let farthest = 0;
    for (let trial = 0; trial < 3000; trial++) {
      const t = trial === 0 ? [0.5, 0.5, 0.5] : [uniform(), uniform(), uniform()];
      let nearest = Infinity;
      for (let x = -2; x <= 2; x++)
        for (let y = -2; y <= 2; y++)
          for (let z = -2; z <= 2; z++)
            nearest = Math.min(nearest, length([t[0]! - x, t[1]! - y, t[2]! - z]));
      farthest = Math.max(farthest, nearest);
    }
    expect(farthest).toBeLessThanOrEqual(coveringRadius * (1 + 1e-14));
    expect(farthest / coveringRadius).toBeGreaterThan(least);
  }
});

// Seen red: R − 2δ as R − δ, (s+δ)² without one of its three terms.
test("Lemma 1: the tail is its integral, and at most twice the sum over the lattice where the summand is slow", () => {
  const reciprocal = encloseReciprocal([[40, 0, 0], [0, 40, 0], [0, 0, 40]]); // biome-ignore format: a matrix
  const { coveringRadius: delta, reciprocalVolume } = reciprocal;
  for (const [coefficients, beta, radius] of [
    [[1], 0.7, 2.5],
    [[0.3, 0, 2], 1.5, 2.4],
    [[0, 0, 0, 1], 2, 2.2],
  ] as const) {
    const f = (s: number) =>
      coefficients.reduce((sum: number, c, j) => sum + c * s ** j, 0) * Math.exp(-beta * s * s);
    const tail = latticeTail({ coefficients, beta: interval(beta) }, reciprocal, exact(radius));
    const integral =
      ((4 * Math.PI) / reciprocalVolume.lo) *
      simpson((s) => (s + delta) ** 2 * f(s), radius - 2 * delta, radius + 6);
    expect(tail / integral).toBeGreaterThan(1 - 1e-9);
    expect(tail / integral).toBeLessThan(1.25); // Lemma 2
    const { kinetic, count } = planeWavesBelow(reciprocal, K, (radius + 1.4) ** 2 / 2);
    let sum = 0;
    for (let i = 0; i < count; i++) if (2 * kinetic[i]! >= radius ** 2) sum += f(Math.sqrt(2 * kinetic[i]!));
    expect(tail).toBeGreaterThan(sum);
    expect(tail / sum).toBeLessThan(10);
  }
});

// Seen red: s², 2δs, δ² of (s+δ)² left out.
test("Lemma 1 in a small cell: the tail is its integral where δ is as large as s", () => {
  const reciprocal = encloseReciprocal([[1, 0, 0], [0, 1, 0], [0, 0, 1]]); // biome-ignore format: a matrix
  const { coveringRadius: delta, reciprocalVolume } = reciprocal;
  const radius = 2 * delta + 6;
  const tail = latticeTail({ coefficients: [1], beta: interval(0.7) }, reciprocal, exact(radius));
  const integral =
    ((4 * Math.PI) / reciprocalVolume.lo) * simpson((s) => (s + delta) ** 2 * Math.exp(-0.7 * s * s), 6, 12);
  expect(tail / integral).toBeGreaterThan(1 - 1e-9);
  expect(tail / integral).toBeLessThan(1.05);
});

// Seen red: (m−1) left out, the power of a off by one.
test("Lemma 2: moments of a Gaussian's tail are above the integrals by no more than the lemma says", () => {
  for (let m = 0; m <= 8; m++)
    for (const [beta, a] of [
      [0.5, 4],
      [2, 3],
    ] as const) {
      const integral = simpson((s) => s ** m * Math.exp(-beta * s * s), a, a + 8);
      const bound = gaussianMoment(m, interval(beta), interval(a)).hi;
      expect(bound / integral).toBeGreaterThan(1 - 1e-7); // of Simpson's rule
      expect(bound / integral).toBeLessThan(
        1 + (m + 1) ** 2 / (2 * beta * a * a) ** 2 + 2 / (2 * beta * a * a),
      );
    }
});

// Seen red: errors of the products left out, those of the sums.
test("phases hold the exact angle of any whole numbers and any position", () => {
  const { uniform } = random(11);
  const [whole, turn] = [2n ** 140n, 2 ** 70];
  for (let trial = 0; trial < 400; trial++) {
    const size = trial % 2 === 0 ? 1e8 : 30;
    const n = [0, 1, 2].map(() => Math.round((uniform() - 0.5) * size));
    const position = [0, 1, 2].map(() => uniform()) as unknown as Vec3;
    const { cos, sin } = phase(n, 0, position);
    const exactly =
      n.reduce((sum, m, i) => sum + BigInt(m) * BigInt(position[i]! * turn) * 2n ** 70n, 0n) % whole;
    const near = Number(exactly) / 2 ** 140;
    const rest = Number(exactly - BigInt(near * turn) * 2n ** 70n) / 2 ** 140;
    const truth = cosSinTurns(near, Math.abs(rest));
    for (const [found, part] of [[cos, truth.cos], [sin, truth.sin]] as const) // biome-ignore format: two parts
      expect(found.lo <= part.hi && part.lo <= found.hi, `${n} ${position}`).toBe(true);
  }
});

// Seen red: the largest element of h in place of its largest row.
test("the depth of projectors is above what any one wave can have of them, and parallel ones just have", () => {
  const { normal } = random(13);
  let tightest = 0;
  for (let trial = 0; trial < 200; trial++) {
    const [a, b, c] = trial === 0 ? [-1, -1, -1] : [normal(), normal(), normal()];
    const [p, q] = trial === 0 ? [1, 1] : [normal(), normal()];
    const channel = { ...enclosedTriclinic.channels[0]!, h: [[a, b], [b, c]] }; // biome-ignore format: a matrix
    const energy = a! * p! * p! + 2 * b! * p! * q! + c! * q! * q!;
    const depth = nonlocalDepth([channel], [[exact(p! * p!), exact(q! * q!)]]);
    expect(depth).toBeGreaterThanOrEqual(-energy * (1 - 1e-14));
    if (depth > 0) tightest = Math.max(tightest, -energy / depth);
  }
  expect(tightest).toBeGreaterThan(0.999);
});

// Seen red: errors of the kinetic energy not taken off; not added to that of a coefficient.
test("what is computed at the edge of a set may lie beyond it, of a sum as well", () => {
  const set = waveSet(enclosedTriclinic, K, 6);
  const { kinetic, kineticError, count } = set.waves;
  for (let n = 1; n < count; n++) {
    const { waves } = leadingSet(set, kinetic[n - 1]!);
    for (let i = waves.count; i < count; i++)
      expect(waves.outside).toBeLessThanOrEqual(differenceBelow(exact(kinetic[i]!), exact(kineticError[i]!)));
  }
  const { table, reciprocal } = enclosedTriclinic;
  for (let e = 0; e < Math.min(200, table.count); e++) {
    const { value, error } = reciprocal.kinetic(
      [0, 0, 0],
      table.g[3 * e]!,
      table.g[3 * e + 1]!,
      table.g[3 * e + 2]!,
    );
    const farthest = sqrt(scale(2, add(interval(value), interval(error)))); // |G| may be as large
    expect(table.norm2Beyond(exact(farthest.lo))).toBeGreaterThanOrEqual(table.sizes[e]!);
  }
});
