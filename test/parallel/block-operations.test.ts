import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { asRealField, type RealField } from "../../src/kernels/fields.ts";
import {
  type ArgumentOf,
  type BlockOperation,
  blockOperations,
  type ResultOf,
} from "../../src/parallel/block-operations.ts";
import { type Blocks, type BlocksSpec, openBlocks } from "../../src/parallel/blocks.ts";
import { openOrbitals, orbitalsOn } from "../../src/parallel/orbitals.ts";
import { operatorsOf } from "../../src/terms/sums.ts";
import { notTiny } from "../close.ts";
import { DISPLACED_SILICON } from "../systems.ts";

const BANDS = 6;
/**
 * Two spins that see different potentials of no symmetry, forces, and four k-points of unequal spheres, at two of which
 * coefficients are real.
 */
const JOB = { ...DISPLACED_SILICON, ecut: 3, kgrid: [1, 6, 1], kshift: [0.5, 0, 0], symmetry: false, spin: "collinear", temperature: 0.01 }; // biome-ignore format: a job

let spec: BlocksSpec;
let potential: RealField;
beforeAll(async () => {
  const { problem } = await prepareScf(JOB);
  const orbitals = await problem.createOrbitals(BANDS, operatorsOf(problem.terms));
  await orbitals.close();
  spec = orbitals.spec;
  const { normal } = random(3);
  const { points } = problem.basis.grid;
  const wave = normal();
  potential = asRealField(
    Float64Array.from({ length: 2 * points }, (_, r) => 0.3 * Math.cos(wave + (r % points)) + (r < points ? 0 : 0.1 * normal())), // biome-ignore format: a field
  );
});

const noise = (index: number, length: number): Float64Array => {
  const { normal } = random(100 + index);
  return Float64Array.from({ length }, normal);
};
const panel = (index: number) => noise(index, 2 * spec.blocks[index]!.planeWaves * BANDS);
const weights = (index: number) => Float64Array.of(2, 1.5, 1 + index / 8, 0.25, 0, 0);

/** Arguments for every operation of the table: one without is an error of types. */
const ARGUMENTS: { readonly [K in BlockOperation]: (index: number) => ArgumentOf<K> } = {
  diagonalise: () => ({ tolerance: 1e-3, nConverge: 4, maxIterations: 30 }),
  diagonaliseAndSave: () => ({
    request: { tolerance: 1e-3, nConverge: 4, maxIterations: 30 },
    withOrbitals: true,
  }),
  densities: (index) => [weights(index), weights(index + 1)],
  energies: weights,
  forces: weights,
  strain: weights,
  response: (index) => ({
    request: {
      law: { smearing: "fermi-dirac", temperature: 0.01, fermiLevel: 0.2, fMax: 1 },
      eigenvalues: Float64Array.of(-0.2, 0.1, 0.15, 0.18, 0.3, 0.4),
      occupations: Float64Array.of(1, 1, 0.99, 0.88, 0, 0),
      nStates: 5,
      weight: spec.blocks[index]!.weight,
      tolerance: 1e-2,
      maxIterations: 20,
    },
    deltaPotential: noise(
      index,
      spec.setup.size.reduce((a, b) => a * b),
    ),
  }),
  basisCorrection: (index) => ({
    small: Int32Array.from({ length: 40 }, (_, i) => i + 3),
    eigenvalues: Float64Array.of(-0.2, 0.1, 0.15, 0.18, 0.3, 0.4),
    weights: weights(index),
    steps: 2,
  }),
  basisTail: (index) => ({
    small: Int32Array.from({ length: 40 }, (_, i) => i + 3),
    eigenvalues: Float64Array.of(-0.2, 0.1, 0.15, 0.18, 0.3, 0.4),
    weights: weights(index),
    steps: 2,
    shells: [0, 2, 3],
  }),
  gradient: () => null,
  examine: () => ({ eigenvalues: Float64Array.of(-0.2, 0.1, 0.15, 0.18), keep: 2 }),
  missed: (index) => ({ known: Float64Array.of(-0.2, 0.1), below: 0.2, seed: index }),
  tangentPart: (index) => ({ panel: panel(index), preconditioned: index % 2 === 0 }),
  retract: panel,
  ritzLevels: () => null,
  save: () => null,
  restore: panel,
};
const OPERATIONS = Object.keys(ARGUMENTS) as BlockOperation[];

interface Seen {
  readonly results: unknown[];
  readonly order: number[];
  /** The orbitals that it leaves behind. */
  readonly orbitals: Float64Array[];
}

const opened = new Map<number, Blocks>();
/** Orbitals near the lowest, for every operation to begin with. */
let start: Float64Array[];
beforeAll(async () => {
  const open = await Promise.all([1, 2, 3].map((threads) => openBlocks(spec, threads)));
  for (const blocks of open) {
    opened.set(blocks.threads, blocks);
    await blocks.setPotential(potential);
  }
  const one = opened.get(1)!;
  await one.each("diagonalise", ARGUMENTS.diagonalise, () => {});
  start = await saved(one);
}, 60_000);
afterAll(async () => {
  for (const blocks of opened.values()) await blocks.close();
});

async function seenWith<K extends BlockOperation>(operation: K, threads: number): Promise<Seen> {
  const blocks = opened.get(threads)!;
  expect(blocks.threads).toBe(threads);
  await blocks.each("restore", (index) => start[index]!, () => {}); // biome-ignore format: one line
  const results: ResultOf<K>[] = [];
  const order: number[] = [];
  await blocks.each(operation, ARGUMENTS[operation], (result, index) => {
    results.push(result);
    order.push(index);
  });
  return { results, order, orbitals: await saved(blocks) };
}

async function saved(blocks: Blocks): Promise<Float64Array[]> {
  const panels: Float64Array[] = [];
  await blocks.each("save", ARGUMENTS.save, (psi) => panels.push(psi));
  return panels;
}

test("every operation of the table has a case", () => {
  expect(OPERATIONS.toSorted()).toEqual(Object.keys(blockOperations).toSorted());
});

test.each(OPERATIONS)("%s gives the same bits with 1, 2 and 3 threads, in block order", async (operation) => {
  const one = await seenWith(operation, 1);
  expect(one.order).toEqual(Array.from(spec.blocks.keys()));
  for (const threads of [2, 3]) expect(await seenWith(operation, threads)).toEqual(one);
});

test("sums over the blocks have the same bits with 1, 2 and 3 threads", async () => {
  const sums = async (threads: number) => {
    const orbitals = orbitalsOn(opened.get(threads)!, spec);
    await orbitals.restore(start);
    const sets = spec.blocks.map((_, index) => weights(index));
    const deltaV = asRealField(noise(7, potential.length));
    return {
      densities: await orbitals.densities([sets, sets.toReversed()]),
      energies: await orbitals.energies(sets),
      forces: await orbitals.forces(sets),
      strain: await orbitals.strain(sets),
      response: await orbitals.response(deltaV, spec.blocks.map((_, i) => ARGUMENTS.response(i).request)), // biome-ignore format: one line
    };
  };
  const one = await sums(1);
  notTiny(one.forces);
  notTiny(one.densities[1]!);
  notTiny(one.response.density);
  notTiny(one.energies);
  for (const threads of [2, 3]) expect(await sums(threads)).toEqual(one);
});

test("each spin sees its own potential", async () => {
  const { length } = potential;
  const swapped = asRealField(Float64Array.of(...potential.subarray(length / 2), ...potential.subarray(0, length / 2))); // biome-ignore format: one line
  const levels = async (v: RealField) => {
    const orbitals = await openOrbitals(spec);
    const tight = { tolerance: 1e-7, nConverge: 4, maxIterations: 200 };
    return (await orbitals.diagonalise(v, tight)).map(({ eigenvalues }) => eigenvalues.subarray(0, 4));
  };
  const [plain, other] = [await levels(potential), await levels(swapped)];
  const half = spec.blocks.length / 2;
  const [up, down] = [plain[0]!, plain[half]!];
  expect(Math.abs(up[0]! - down[0]!)).toBeGreaterThan(1e-4);
  for (const i of [0, 1, 2, 3]) expect(other[0]![i]! - down[i]!).toBeCloseTo(0, 12); // residual squared over a gap
});

describe.each([1, 2])("a signal, with %i threads", (threads) => {
  test("is heard between blocks, fails with its reason, and leaves orbitals that can be saved", async () => {
    const stop = new AbortController();
    const orbitals = orbitalsOn(opened.get(threads)!, spec, stop.signal);
    let done = 0;
    const reason = new Error("enough");
    const solving = orbitals.diagonalise(potential, ARGUMENTS.diagonalise(0), () => {
      if (++done === 2) stop.abort(reason);
    });
    await expect(solving).rejects.toBe(reason);
    expect(done).toBeLessThanOrEqual(2 + threads);
    expect(done).toBeLessThan(spec.blocks.length);
    const sets = spec.blocks.map((_, index) => weights(index));
    await expect(orbitals.energies(sets)).rejects.toBe(reason);
    await orbitals.restore(start);
    expect(await orbitals.save()).toEqual(start);
  });
});
