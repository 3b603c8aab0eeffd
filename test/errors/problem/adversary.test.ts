import "../adversary/coarse-rounding.ts";
import { expect, test, vi } from "vitest";
import type { Mat3 } from "../../../src/common/vec3.ts";
import { encloseProblem, waveSet } from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import {
  encloseGthLocal,
  gthProjectorEnvelope,
  projectorNorm,
} from "../../../src/errors/problem/gth-enclosure.ts";
import { ALL, BEYOND_TABLE } from "../../../src/errors/problem/potential-table.ts";
import { projectorTails, tabulateProjectors } from "../../../src/errors/problem/projectors.ts";
import { encloseReciprocal, planeWavesBelow } from "../../../src/errors/problem/reciprocal.ts";
import { div, interval } from "../../../src/interval/interval.ts";
import { PLAIN_EXP_ERROR } from "../../../src/interval/plain-exp.ts";
import { sqrt } from "../../../src/interval/sqrt.ts";
import { inwards, outwards, rounding } from "../adversary/inexact.ts";
import {
  CELL,
  distance,
  K,
  mustBound,
  norm,
  projectors,
  SILICON,
  withErrors,
} from "../adversary/problems.ts";

const coarseReciprocal = (await import("../../../src/errors/problem/reciprocal.ts?coarse" as string)) as typeof import("../../../src/errors/problem/reciprocal.ts"); // biome-ignore format: one import
const coarseTable = (await import("../../../src/errors/problem/potential-table.ts?coarse" as string)) as typeof import("../../../src/errors/problem/potential-table.ts"); // biome-ignore format: one import
const coarseFactors = (await import("../../../src/errors/problem/plain-projectors.ts?coarse" as string)) as typeof import("../../../src/errors/problem/plain-projectors.ts"); // biome-ignore format: one import

/** What other modules give in place of their own, where a test says so. */
const lies = vi.hoisted(() => ({
  /** Angles of phases, off by `shift`, and radii of their cosines and sines. */
  phase: undefined as undefined | { readonly shift: number; readonly radius: number },
  /** Relative error of the plain exponential. */
  exp: 0,
  /** |G| from which no coefficient is tabulated, times the smallest radius of the potential. */
  far: 10,
}));
vi.mock("../../../src/errors/problem/phase.ts", async (original) => {
  const real = await original<typeof import("../../../src/errors/problem/phase.ts")>();
  const { ball, interval } = await import("../../../src/interval/interval.ts");
  return {
    phase(...[n, offset, position]: Parameters<typeof real.phase>): ReturnType<typeof real.phase> {
      if (lies.phase === undefined) return real.phase(n, offset, position);
      const { shift, radius } = lies.phase;
      const turns = [0, 1, 2].reduce((sum, i) => sum + n[offset + i]! * position[i]!, 0);
      const [cos, sin] = [Math.cos, Math.sin].map((f) => f(2 * Math.PI * turns + shift));
      const of = (x: number) => (radius === 0 ? interval(x) : ball(x, radius));
      return { cos: of(cos!), sin: of(sin!) };
    },
  };
});
vi.mock("../../../src/interval/plain-exp.ts", async (original) => {
  const real = await original<typeof import("../../../src/interval/plain-exp.ts")>();
  return { ...real, plainExp: (x: number) => real.plainExp(x) * (1 + lies.exp) };
});
vi.mock("../../../src/errors/problem/gth-enclosure.ts", async (original) => {
  const real = await original<typeof import("../../../src/errors/problem/gth-enclosure.ts")>();
  return {
    ...real,
    gthFarRadius: (...[p, delta]: Parameters<typeof real.gthFarRadius>) =>
      lies.far === 10 ? real.gthFarRadius(p, delta) : lies.far / p.rloc + 2 * delta,
  };
});

const reciprocal = encloseReciprocal(CELL);

// Seen red: each of the four corners left out.
test("Lemma 1, its δ: half of the longest diagonal of the reciprocal cell, whichever it is", () => {
  for (const [s, t, v] of [
    [1, 1, 1],
    [1, 1, -1],
    [1, -1, 1],
    [1, -1, -1],
  ] as const) {
    // biome-ignore format: signs
    const lattice: Mat3 = [[5, 0, 0], [1.5 * s, 6, 0], [1.1 * t, 1.2 * v, 7]]; // biome-ignore format: a matrix
    const { coveringRadius, vectors } = encloseReciprocal(lattice);
    const b = vectors.map((row) => row.map(({ lo, hi }) => (lo + hi) / 2));
    const lengths = [
      [1, 1, 1],
      [1, 1, -1],
      [1, -1, 1],
      [1, -1, -1],
    ].map(
      (
        signs, // biome-ignore format: signs
      ) => Math.hypot(...[0, 1, 2].map((c) => signs.reduce((sum, sign, i) => sum + sign * b[i]![c]!, 0))),
    );
    mustBound(coveringRadius, Math.max(...lengths) / 2, 1.001);
  }
});

// Seen red: the rounding of k + G left out of either.
test("kinetic energies and coordinates, every operation rounded, are as far off as stated", () => {
  const { kinetic, point } = coarseReciprocal.encloseReciprocal(CELL);
  const [right, wrong] = [new Float64Array(4), new Float64Array(4)];
  const of = (round: (x: number, operator: string) => number) =>
    rounding(round, () => {
      point(round === outwards ? wrong : right, K, 3, -2, 5);
      return kinetic(K, 3, -2, 5);
    });
  const [truth, stated] = [of((x) => x), of(outwards)];
  mustBound(stated.error, Math.abs(stated.value - truth.value), 12); // 4u, 8u and the width of b
  mustBound(wrong[3]!, Math.max(...[0, 1, 2].map((c) => Math.abs(wrong[c]! - right[c]!))), 20);
});

// Seen red: the rounding of k + G left out where it cancels.
test("kinetic energies of a skew lattice, whose coordinates are small sums of large numbers", () => {
  const { kinetic } = coarseReciprocal.encloseReciprocal([[4, 0, 0], [40.3, 4.1, 0], [-30.2, 20.7, 4.6]]); // biome-ignore format: a matrix
  for (let x = -4; x <= 4; x++)
    for (let y = -40; y <= 40; y++)
      for (let z = -30; z <= 30; z += 5) {
        const [truth, stated] = [(v: number) => v, outwards].map((r) =>
          rounding(r, () => kinetic(K, x, y, z)),
        );
        expect(stated!.error).toBeGreaterThanOrEqual(Math.abs(stated!.value - truth!.value));
      }
});

// Seen red: the error of T left out.
test("no wave outside a set is below its least energy, its error taken off", () => {
  const nearest = planeWavesBelow(reciprocal, K, 5).count;
  const { kinetic, kineticError } = planeWavesBelow(reciprocal, K, 7);
  const [value, error] = [kinetic[nearest]!, kineticError[nearest]!];
  const { count, outside } = planeWavesBelow(reciprocal, K, value - error / 2);
  expect(count).toBe(nearest);
  expect(outside).toBeLessThanOrEqual(value - error);
});

// Seen red: coefficients with their signs.
test("envelopes of projectors have no negative coefficient, so that they fall where the lemma asks", () => {
  for (const i of [1, 2, 3])
    expect(Math.min(...gthProjectorEnvelope(SILICON, 0, i).coefficients)).toBeGreaterThanOrEqual(0);
});

// Seen red: real or imaginary parts left out of the errors or the sizes; t₁ and t₂ without what is beyond, t₁ without its roundings.
test("the table of a potential: errors, sizes and sums", () => {
  const problem = {
    kind: "core" as const,
    lattice: CELL,
    atoms: [{ potential: { ...SILICON, rloc: 1.1, channels: [] }, position: [0.25, 0, 0] as const }],
  }; // phases are 1, i, −1, −i
  const table = rounding(inwards, () => coarseTable.tabulatePotential(problem, reciprocal));
  const [re, im, size] = [0, 0, 0].map(() => ({ sum: 0 }));
  for (let e = 0; e < table.count; e++) {
    const [x, y, z] = table.g.subarray(3 * e, 3 * e + 3);
    const { value, error } = reciprocal.kinetic([0, 0, 0], x!, y!, z!);
    const { lo, hi } = div(
      encloseGthLocal({ ...SILICON, rloc: 1.1 }, interval(2 * (value - error), 2 * (value + error))),
      reciprocal.volume,
    );
    (x! % 2 === 0 ? re! : im!).sum += (hi - lo) / 2;
    const modulus = Math.hypot(table.values[2 * e]!, table.values[2 * e + 1]!);
    expect(table.sizes[e]!).toBeGreaterThanOrEqual(modulus);
    size!.sum += table.sizes[e]!;
  }
  expect(Math.min(re!.sum, im!.sum)).toBeGreaterThan(0.2 * (re!.sum + im!.sum));
  mustBound(table.errorSum, re!.sum + im!.sum, 1.3);
  mustBound(table.sumBeyond(ALL), size!.sum, 1.01);
  // the nearest wave that the table does not hold
  const { outside } = planeWavesBelow(reciprocal, [0, 0, 0], 1.001 * Math.max(...Array.from({ length: table.count }, (_, e) => reciprocal.kinetic([0, 0, 0], ...(table.g.subarray(3 * e, 3 * e + 3) as unknown as [number, number, number])).value))); // biome-ignore format: one call
  const beyond = div(encloseGthLocal({ ...SILICON, rloc: 1.1 }, interval(2 * outside)), reciprocal.volume);
  const nearest = Math.min(Math.abs(beyond.lo), Math.abs(beyond.hi));
  expect(nearest).toBeGreaterThan(1e-60);
  expect(table.sumBeyond(BEYOND_TABLE)).toBeGreaterThan(nearest);
  expect(table.norm2Beyond(BEYOND_TABLE)).toBeGreaterThan(nearest);
});

const silicon = encloseProblem({
  kind: "core",
  lattice: CELL,
  atoms: [{ potential: SILICON, position: [0.1, 0.2, 0.3] }],
});
const set = waveSet(silicon, K, 6);
const { rows, columns, values } = set.panel;
const column = (panel: Float64Array, c: number): Float64Array =>
  panel.subarray(2 * rows * c, 2 * rows * (c + 1));

// Seen red: the radial factor's error left out of a projector's; the error of y, its share in e^{−y}, L′ δ out of the radial factor's.
test("projectors of waves whose kinetic energy is off as far as declared", () => {
  const declared = 0.02;
  const { waves } = set;
  const wrong = { ...waves, kineticError: new Float64Array(rows).fill(declared) };
  const { errors } = tabulateProjectors(silicon.channels, silicon.reciprocal, K, wrong);
  const moved = { ...waves, kinetic: waves.kinetic.map((t) => t + declared) };
  const truth = tabulateProjectors(silicon.channels, silicon.reciprocal, K, moved);
  for (let c = 0; c < columns; c++)
    mustBound(errors[c]!, distance(column(values, c), column(truth.values, c)), 12);
});

// Seen red: the harmonic's error left out.
test("projectors of waves whose coordinates are off as far as declared", () => {
  const declared = 0.01;
  const of = (error: number, shift: number) =>
    tabulateProjectors(silicon.channels, { ...silicon.reciprocal, point(out, k, x, y, z) {
      silicon.reciprocal.point(out, k, x, y, z);
      for (let c = 0; c < 3; c++) out[c]! += shift;
      out[3] = error;
    } }, K, set.waves); // biome-ignore format: one call
  const [stated, truth] = [of(declared, 0), of(0, declared)];
  let seen = 0;
  for (let c = 0; c < columns; c++) {
    const off = distance(column(values, c), column(truth.values, c));
    expect(stated.errors[c]!).toBeGreaterThanOrEqual(off);
    if (off > 1e-3 * norm(column(values, c))) seen++;
  }
  expect(seen).toBeGreaterThan(2); // those of l = 1
});

// Seen red: products of the factors, errors of the factors left out of the phase's; Horner's roundings and those of e^{−y} and N.
test("radial factors and phases, every operation rounded", () => {
  const g = Int32Array.from([-5, -5, -5, 5, 5, 5]);
  for (const round of [outwards, inwards]) {
    const [at, off] = [new Float64Array(2), new Float64Array(2)];
    const phase = rounding(round, () => coarseFactors.plainPhase([0.1, 0.2, 0.3], g));
    rounding((x) => x, () => phase.write(at, 3, -2, 5)); // biome-ignore format: one call
    rounding(round, () => phase.write(off, 3, -2, 5));
    mustBound(phase.error, distance(at, off), 20);
    for (const q2 of [0.3, 2, 6]) {
      const radial = (r: typeof round) =>
        rounding(r, () => {
          const out = new Float64Array(2);
          coarseFactors.plainRadial(SILICON, 0, 2, silicon.reciprocal.volume)(out, q2, 0);
          return out;
        });
      const [truth, wrong] = [radial((x) => x), radial(round)];
      mustBound(wrong[1]!, Math.abs(wrong[0]! - truth[0]!), 200);
    }
  }
});

// Seen red: the errors of the rows left out.
test("n_i of projectors that are off as far as declared", () => {
  const one = projectors(1);
  const full = waveSet(one, K, 18);
  const [stated, truth] = withErrors(full, 0.1).map(({ panel }) => {
    const [channel] = one.channels;
    return projectorTails(channel!, one.reciprocal, full.waves, panel, 40)[0]!;
  });
  mustBound(stated!, truth!, 10);
});

// Seen red: the bound of the plain exponential, the radius of the norm left out.
test("radial factors with the plain exponential and the norm as wrong as they may be", () => {
  const { lo, hi } = silicon.reciprocal.volume;
  for (const [sign, share] of [1, -1].flatMap((sign) => [0, 0.01].map((share) => [sign, share] as const))) {
    const volume = interval(lo * (1 - share), hi * (1 + share));
    const norm = div(projectorNorm(0, 1, interval(SILICON.channels[0]!.r)), sqrt(volume));
    const out = new Float64Array(2);
    lies.exp = sign * PLAIN_EXP_ERROR;
    rounding(sign > 0 ? outwards : inwards, () =>
      coarseFactors.plainRadial(SILICON, 0, 2, volume)(out, 1e-12, 0),
    );
    lies.exp = 0;
    const truth = 1.5 * (sign > 0 ? norm.lo : norm.hi); // L(0), e^{−0}
    mustBound(out[1]!, Math.abs(out[0]! - truth), 2);
  }
});

// Seen red: the products of the factors left out.
test("phases of exact factors, every operation rounded", () => {
  lies.phase = { shift: 0, radius: 0 };
  const { error, write } = coarseFactors.plainPhase([0.1, 0.2, 0.3], Int32Array.from([-5, -5, -5, 5, 5, 5]));
  lies.phase = undefined;
  const [at, off] = [new Float64Array(2), new Float64Array(2)];
  for (const round of [outwards, inwards]) {
    rounding((x) => x, () => write(at, 3, -2, 5)); // biome-ignore format: one call
    rounding(round, () => write(off, 3, -2, 5));
    mustBound(error, distance(at, off), 2);
  }
});

// Seen red: the phase's error left out.
test("projectors of atoms whose phases are off as far as declared", () => {
  const of = (shift: number, radius: number) => {
    lies.phase = { shift, radius };
    const panel = tabulateProjectors(silicon.channels, silicon.reciprocal, K, set.waves);
    lies.phase = undefined;
    return panel;
  };
  const [stated, truth] = [of(0, 1e-3), of(1e-3, 0)];
  for (let c = 0; c < columns; c++)
    mustBound(stated.errors[c]!, distance(column(stated.values, c), column(truth.values, c)), 2);
});

// Seen red: what is beyond the table left out.
test("coefficients beyond the table are errors of the table", () => {
  const potential = { ...SILICON, rloc: 0.5, channels: [] };
  lies.far = 2;
  const { table } = encloseProblem({
    kind: "core",
    lattice: CELL,
    atoms: [{ potential, position: [0, 0, 0] }],
  });
  lies.far = 10;
  const wide = planeWavesBelow(reciprocal, [0, 0, 0], 150);
  let beyond = 0;
  for (let i = 0; i < wide.count; i++) {
    const [x, y, z] = wide.g.subarray(3 * i, 3 * i + 3);
    if (table.indexOf(x!, y!, z!) >= 0 || wide.kinetic[i] === 0) continue;
    const { lo, hi } = div(encloseGthLocal(potential, interval(2 * wide.kinetic[i]!)), reciprocal.volume);
    beyond += Math.min(Math.abs(lo), Math.abs(hi));
  }
  mustBound(table.errorSum, beyond, 1e3);
});
