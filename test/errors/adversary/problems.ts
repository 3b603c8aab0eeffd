import "./coarse-rounding.ts";
import { expect } from "vitest";
import type { Mat3, Vec3 } from "../../../src/common/vec3.ts";
import {
  type EnclosedProblem,
  encloseProblem,
  type WaveSet,
} from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import { type Above, exact } from "../../../src/interval/sides.ts";
import { triclinic } from "../crystals.ts";

export const K: Vec3 = [0.1, 0.2, -0.3];
export const CELL: Mat3 = [[4.1, 0, 0], [0.4, 4.3, 0], [-0.3, 0.2, 4.6]]; // biome-ignore format: a matrix
export const SILICON = triclinic.atoms[0]!.potential;

/** Nothing but one s projector, as often as said: many columns of one direction are the worst of all sums. */
export const projectors = (count: number): EnclosedProblem =>
  encloseProblem({
    kind: "core",
    lattice: CELL,
    atoms: Array.from({ length: count }, () => ({
      potential: { ...SILICON, charge: 0, rloc: 0.5, c: [], channels: [{ r: 0.5, h: [[2]] }] },
      position: [0, 0, 0] as Vec3,
    })),
  });

const pair = (g: Vec3, re: number) => [
  { g, re, im: 0 },
  { g: g.map((n) => 0 - n) as unknown as Vec3, re, im: 0 },
];
/** A local potential of six coefficients and nothing else. */
export const frozen = encloseProblem({
  kind: "frozen",
  lattice: CELL,
  atoms: [],
  coefficients: [...pair([1, 0, 0], 0.4), ...pair([0, 1, 0], 0.3), ...pair([0, 0, 1], 0.2)],
});
/** No potential at all. */
export const empty = encloseProblem({ kind: "frozen", lattice: CELL, atoms: [], coefficients: [] });

/** A problem whose coefficients are stored too small by a share of each. */
export function withWrongPotential(
  problem: EnclosedProblem,
  share: number,
): readonly [stated: EnclosedProblem, truth: EnclosedProblem] {
  const { table } = problem;
  return [
    { ...problem, table: { ...table, errorSum: exact(share * table.sizes.reduce((a, b) => a + b, 0)) } },
    { ...problem, table: { ...table, values: table.values.map((v) => v * (1 + share)) } },
  ];
}

/** A set without errors of its own, so that those that a test declares are all there are. */
export function spotless(set: WaveSet): WaveSet {
  return {
    ...set,
    waves: { ...set.waves, kineticError: new Float64Array(set.waves.count) },
    panel: { ...set.panel, errors: set.panel.errors.map(() => exact(0)) },
  };
}

/** The same waves for a problem without projectors. */
export const strip = (set: WaveSet): WaveSet => ({
  ...set,
  panel: { rows: set.panel.rows, columns: 0, values: new Float64Array(0), norms: [], errors: [] },
});

/** A set whose projectors are truly larger than stored, by what is declared: on some rows alone, if these are given. */
export function withErrors(
  full: WaveSet,
  declared: number,
  from = 0,
): readonly [stated: WaveSet, truth: WaveSet] {
  const { panel } = full;
  const values = panel.values.map((v, i) => (i >= 2 * from && i < 2 * panel.rows ? v * (1 + declared) : v));
  const off = Math.abs(declared) * norm(panel.values.subarray(2 * from, 2 * panel.rows));
  return [
    { ...full, panel: { ...panel, errors: [exact(off)] } },
    { ...full, panel: { ...panel, values, norms: [exact(norm(values))] } },
  ];
}

export const norm = (x: Float64Array): number => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0));
export const distance = (x: Float64Array, y: Float64Array): number => norm(x.map((v, i) => v - y[i]!));

/** `truth` is as far off as declared; the bound holds it and is not `most` times as large. */
export function mustBound(bound: Above | number, truth: number, most = 10): void {
  expect(truth).toBeGreaterThan(0);
  expect(bound / truth).toBeGreaterThanOrEqual(1 - 1e-13); // what double precision leaves of the truth
  expect(bound / truth).toBeLessThan(most);
}

/** (1, 1, …), complex. */
export const ones = (length: number): Float64Array =>
  Float64Array.from({ length: 2 * length }, (_, i) => (i % 2 === 0 ? 1 : 0));
