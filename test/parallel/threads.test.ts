import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/common/failure.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import type { ResultFile } from "../../src/job/tasks/scf/result.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { asRealField } from "../../src/kernels/fields.ts";
import type { BlocksSpec } from "../../src/parallel/blocks.ts";
import { nodeChannel } from "../../src/parallel/node-worker.ts";
import { type Orbitals, openOrbitals } from "../../src/parallel/orbitals.ts";
import { connect } from "../../src/parallel/transport.ts";
import type { ScfState } from "../../src/scf/state.ts";
import { operatorsOf } from "../../src/terms/sums.ts";
import { notTiny } from "../close.ts";
import { ALUMINIUM, SILICON, to } from "../systems.ts";
import { timeless } from "../timeless.ts";

const JOB = { ...ALUMINIUM, ecut: 4, kgrid: [3, 2, 2], symmetry: false };

/** Everything that must not depend on the number of threads. */
const digits = ({ energies, fermiLevel, kpoints, forces, history, iterations }: ResultFile) => ({
  energies,
  fermiLevel,
  kpoints,
  forces,
  iterations,
  rows: timeless(history),
});

describe("threads", () => {
  test("1, 2 and 3 of them give the same digits of energies, levels, densities and forces", async () => {
    const run = async (threads: number) => {
      const densities: Float64Array[] = [];
      const keep = (state: ScfState) => void densities.push(state.rho.slice());
      const result = await runScf(to(1e-5, JOB), { threads, checkpoint: keep });
      return { result, densities };
    };
    const one = await run(1);
    expect(one.result.resources.threads).toBe(1);
    notTiny(one.densities[0]!);
    for (const threads of [2, 3]) {
      const more = await run(threads);
      expect(more.result.resources.threads).toBe(threads);
      expect(digits(more.result)).toEqual(digits(one.result));
      expect(more.densities).toEqual(one.densities);
    }
  });

  test("beyond the number of k-points share the work on large ones, with the same digits", async () => {
    const large = { ...ALUMINIUM, ecut: 30, bands: 130, symmetry: false };
    for (const kgrid of [
      [1, 1, 1],
      [2, 1, 1],
    ]) {
      const run = (threads: number) => runScf(to(1e-1, { ...large, kgrid }), { threads });
      const one = await run(1);
      const more = await run(3);
      expect(more.resources.threads).toBe(3);
      expect(digits(more)).toEqual(digits(one));
    }
  });

  test("are no more than there are k-points where these are small, and none beside this one for a single k-point", async () => {
    const few = await runScf(to(1e-2, { ...SILICON, kgrid: [2, 1, 1], symmetry: false }), { threads: 8 });
    expect(few.resources.threads).toBe(few.kpoints.length);
    const single = await runScf(to(1e-2, { ...SILICON, kgrid: [1, 1, 1] }), { threads: 4 });
    expect(single.resources.threads).toBe(1);
  });
});

test("the work of the threads of a step fits into its time, with as many operations for any number", async () => {
  const run = async (threads: number) => (await runScf(to(1e-2, JOB), { threads })).history;
  const [one, two] = [await run(1), await run(2)];
  for (const [i, { work, seconds }] of one.entries()) {
    for (const [history, threads] of [
      [one, 1],
      [two, 2],
    ] as const) {
      const spent = Object.values(history[i]!.work!).reduce((sum, kind) => sum + kind.seconds, 0);
      expect(spent).toBeLessThan(threads * history[i]!.seconds);
      expect(spent).toBeGreaterThan(0);
    }
    expect(seconds).toBeGreaterThan(work!.transforms.seconds);
    for (const kind of ["transforms", "products"] as const)
      expect(two[i]!.work![kind].operations).toBeCloseTo(work![kind].operations, -1);
  }
});

describe("orbitals in workers", () => {
  const specOf = async (): Promise<BlocksSpec> => {
    const { problem } = await prepareScf(JOB);
    const orbitals = await problem.createOrbitals(5, operatorsOf(problem.terms));
    await orbitals.close();
    return orbitals.spec;
  };
  const withPool = async <T>(
    work: (pool: Orbitals) => Promise<T>,
    change: Partial<BlocksSpec> = {},
  ): Promise<T> => {
    const spec = { ...(await specOf()), ...change };
    const pool = await openOrbitals(spec, { threads: 2 });
    try {
      return await work(pool);
    } finally {
      await pool.close();
    }
  };

  test("saves and restores panels in block order, whoever holds them", async () => {
    const { setup } = await specOf();
    const change = { setup: { ...setup, realOrbitals: undefined } }; // so that any numbers are orbitals
    await withPool(async (pool) => {
      const saved = await pool.save();
      expect(saved).toHaveLength(pool.spec.blocks.length);
      notTiny(saved.at(-1)!, 0.1);
      const marked = saved.map((panel, i) => panel.map((_, j) => i + j / panel.length));
      await pool.restore(marked);
      expect(await pool.save()).toEqual(marked);
      expect(await pool.peakMemory()).toBeGreaterThan(1e5);
    }, change);
  });

  test("counts finished blocks one by one", () =>
    withPool(async (pool) => {
      const heard: string[] = [];
      const { size } = pool.spec.setup;
      const flat = asRealField(new Float64Array(size[0] * size[1] * size[2]));
      await pool.diagonalise(flat, { tolerance: 0.1, nConverge: 2, maxIterations: 5 }, (done, all) =>
        heard.push(`${done}/${all}`),
      );
      const n = pool.spec.blocks.length;
      expect(heard).toEqual(Array.from({ length: n }, (_, i) => `${i + 1}/${n}`));
    }));

  test("passes on what goes wrong in a worker, as the kind of error it was", async () => {
    await withPool(async (pool) => {
      const panels = (await pool.save()).map((panel) => panel.subarray(1));
      const restored = pool.restore(panels);
      await expect(restored).rejects.toThrow(InputError);
      await expect(restored).rejects.toThrow(/^checkpoint: orbitals of k-point \d must have \d+ numbers/);
      const weights = pool.spec.blocks.map(() => Float64Array.of(1));
      await expect(pool.density(weights)).rejects.toThrow(/^bug: block density: 1 weights for 5 bands/);
      // and works on
      expect(await pool.save()).toHaveLength(pool.spec.blocks.length);
    });
  });

  test("that cannot start rejects, and leaves no thread behind", async () => {
    const spec = await specOf();
    const setup = { ...spec.setup, nBands: 200 };
    const before = activeWorkers();
    const start = openOrbitals({ ...spec, setup }, { threads: 2 });
    await expect(start).rejects.toThrow(/^bands: must be at most the \d+ plane waves at k = .* got 200/);
    expect(activeWorkers()).toBe(before);
  });

  test("closed ends its threads; what is asked of it afterwards fails instead of waiting for ever", async () => {
    const before = activeWorkers();
    const spec = await specOf();
    const pool = await openOrbitals(spec, { threads: 2 });
    expect(activeWorkers()).toBe(before + 2);
    const pending = expect(pool.save()).rejects.toThrow(/worker thread ended/);
    await pool.close();
    expect(activeWorkers()).toBe(before);
    await pending;
    await expect(pool.save()).rejects.toThrow(/worker thread ended/);
  });
});

/** Threads of this process that keep it alive. */
function activeWorkers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "MessagePort" || name === "Worker")
    .length;
}

// Seen red: an exit with code 0 taken for none.
test("a worker that ends by itself fails the calls that wait, also with code 0", async () => {
  const worker = new Worker("setTimeout(() => process.exit(0), 20)", { eval: true });
  const { call, close } = connect(nodeChannel(worker));
  await expect(call({ method: "enclose", given: [] })).rejects.toThrow("worker thread ended with code 0");
  await expect(call({ method: "enclose", given: [] })).rejects.toThrow("worker thread ended with code 0");
  await close();
});
