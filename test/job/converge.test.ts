import { expect, test } from "vitest";
import type { RunOptions } from "../../src/job/prepare/prepare-scf.ts";
import type { Job } from "../../src/job/schema/job.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import { CONVERGE_OPTIONS } from "../../src/job/tasks/converge/options.ts";
import { runConvergence } from "../../src/job/tasks/converge/run-converge.ts";
import type { ResultFile } from "../../src/job/tasks/scf/result.ts";
import { SILICON } from "../systems.ts";

/** Energy, force and stress with known errors: 2^(−ecut) of the cutoff, 4^(−n) of the k-grid, and a coupling of both. */
const known =
  (coupling = 0, calls: Job[] = []) =>
  async (job: Job, options: RunOptions): Promise<ResultFile> => {
    calls.push(job);
    const n = (job.kgrid as readonly number[])[0]!;
    const [a, b] = [2 ** -job.ecut, 4 ** -n];
    await options.checkpoint?.({ from: `${job.ecut} ${n}`, after: options.restart } as never);
    return {
      status: "converged",
      iterations: 5,
      energies: { total: 2 * (-4 + a + b + coupling * Math.sqrt(a * b)) },
      forces: [
        [a, 0, 0],
        [0, -b, 0],
      ],
      stress: [
        [a, 0, 0],
        [0, b, 0],
        [0, 0, 0],
      ],
      kpoints: Array.from({ length: n }, () => ({})),
      planeWaves: [100, 120],
      resources: { wallSeconds: 1 },
      warnings: [`of ${job.ecut}`, "restart: the checkpoint is of another job"],
    } as unknown as ResultFile;
  };
const atomsOf = parseJob(SILICON);

test("cutoffs are compared at the finest k-grid, k-grids at the highest cutoff, each from the density before", async () => {
  const calls: Job[] = [];
  const densities: unknown[] = [];
  const run = known(0, calls);
  const file = await runConvergence(SILICON, {
    ecut: [8, 4, 12],
    kgrid: [2, 6, 4],
    accuracy: 0.0075,
    run: (job, options) => {
      densities.push((options.restart as { from?: string } | undefined)?.from);
      return run(job, options);
    },
  });
  expect(atomsOf.kgrid).toEqual([2, 2, 2]);
  expect(calls.map(({ ecut, kgrid }) => `${ecut} ${kgrid}`)).toEqual([
    "4 6,6,6",
    "8 6,6,6",
    "12 6,6,6",
    "12 4,4,4",
    "12 2,2,2",
    "8 4,4,4",
  ]); // the last checks what the errors along both lines suppose
  expect(densities).toEqual([undefined, "4 6", "8 6", "12 6", "12 4", "12 2"]);
  expect(calls.every(({ stress }) => stress)).toBe(true);
  const finest = -4 + 2 ** -12 + 4 ** -6;
  for (const { ecut, kgrid, energy, error } of file.runs) {
    expect(energy).toBeCloseTo(-4 + 2 ** -ecut + 4 ** -kgrid[0], 14);
    expect(error?.energy).toBeCloseTo(energy - finest, 14);
    expect(error?.stress).toBeCloseTo(Math.max(2 ** -ecut - 2 ** -12, 4 ** -kgrid[0] - 4 ** -6), 14);
  }
  expect(file.complete).toBe(true);
  expect(file.cheapest).toEqual({ ecut: 8, kgrid: [4, 4, 4] });
  expect(file.warnings).toEqual(["of 12"]);
});

test("what the sum of both errors promises is computed before it is recommended", async () => {
  const lists = { ecut: [8, 12], kgrid: [4, 6], accuracy: 0.009 };
  const apart = await runConvergence(SILICON, { ...lists, run: known() });
  expect(apart.cheapest).toEqual({ ecut: 8, kgrid: [4, 4, 4] });
  // With the coupling the pair is wrong by more than the sum of the errors along both lines, which are below the accuracy.
  const coupled = await runConvergence(SILICON, { ...lists, accuracy: 0.0085, run: known(0.6) });
  const pair = coupled.runs.find(({ ecut, kgrid }) => ecut === 8 && kgrid[0] === 4)!;
  expect(pair.error!.energy).toBeGreaterThan(0.0085);
  expect(coupled.cheapest).not.toEqual({ ecut: 8, kgrid: [4, 4, 4] });
  expect(
    coupled.runs.find(
      ({ ecut, kgrid }) => coupled.cheapest!.ecut === ecut && `${kgrid}` === `${coupled.cheapest!.kgrid}`,
    )!.error!.energy,
  ).toBeLessThan(0.0085);
});

test("nothing is recommended where only the finest settings are good enough", async () => {
  const file = await runConvergence(SILICON, { ecut: [4, 5], accuracy: 1e-3, run: known() });
  expect(file.complete).toBe(true);
  expect(file.cheapest).toBeUndefined();
});

test("a test that was interrupted goes on where it stopped", async () => {
  const lists = { ecut: [4, 8, 12], kgrid: [2, 4], accuracy: 0.005 };
  const whole = await runConvergence(SILICON, { ...lists, run: known() });
  const stop = new AbortController();
  const stopped = await runConvergence(SILICON, {
    ...lists,
    signal: stop.signal,
    run: known(),
    onRun: ({ runs }) => {
      if (runs.length === 2) stop.abort();
    },
  });
  expect(stopped.complete).toBe(false);
  expect(stopped.runs).toHaveLength(2);
  const calls: Job[] = [];
  const restart = JSON.parse(JSON.stringify(stopped));
  const went = await runConvergence(SILICON, { ...lists, restart, run: known(0, calls) });
  expect(calls).toHaveLength(whole.runs.length - 2);
  expect({ ...went, resources: 0 }).toEqual({ ...whole, resources: 0 });
  const checked = { ...SILICON, check: true };
  const again = await runConvergence(checked, { ...lists, restart: went, run: known(0, []) });
  expect(again.runs).toEqual(went.runs);
  await expect(runConvergence({ ...SILICON, ecut: 6 }, { ...lists, restart, run: known() })).rejects.toThrow(
    /restart: must be of this job/,
  );
});

test("a test that is to have estimated errors makes runs again that were not asked for any", async () => {
  const lists = { ecut: [4, 8], accuracy: 0.005 };
  let restart: unknown = await runConvergence(SILICON, { ...lists, run: known() });
  const made: number[] = [];
  for (const errors of [false, true, true]) {
    const calls: Job[] = [];
    restart = await runConvergence(SILICON, { ...lists, errors, restart, run: known(0, calls) });
    made.push(calls.length);
  }
  expect(made).toEqual([0, 2, 0]);
});

test("a file without a job is refused", async () => {
  const restart = { runs: [], ecuts: [], job: null };
  await expect(runConvergence(SILICON, { ecut: [4, 8], restart, run: known() })).rejects.toThrow(
    "restart: must be a file that a convergence test wrote, got something else",
  );
});

test("a number stands for the largest division; axes with one point stay so", async () => {
  const grids = async (kgrid: readonly number[]) =>
    (await runConvergence({ ...SILICON, kgrid }, { kgrid: [3, [1, 1, 1], 8], run: known() })).kgrids;
  expect(await grids([4, 4, 2])).toEqual([
    [1, 1, 1],
    [3, 3, 2],
    [8, 8, 4],
  ]);
  expect(await grids([4, 4, 1])).toEqual([
    [1, 1, 1],
    [3, 3, 1],
    [8, 8, 1],
  ]);
  expect(await grids([1, 1, 1])).toEqual([
    [1, 1, 1],
    [3, 3, 3],
    [8, 8, 8],
  ]);
});

test.each([
  ["1meV", 1e-3 / 27.211386245981],
  ["0.1 mHa", 1e-4],
  ["1e-4", 1e-4],
  ["1e-2eV", 1e-2 / 27.211386245981],
  ["0.002ry", 1e-3],
])("an accuracy of %s", (text, hartree) => {
  expect(CONVERGE_OPTIONS.accuracy.read(text)).toBeCloseTo(hartree, 15);
});

test("lists that compare nothing are refused", async () => {
  await expect(runConvergence(SILICON, { ecut: [5], run: known() })).rejects.toThrow(
    "converge.ecut: must list two or more cutoffs, or converge.kgrid as many k-grids, got neither; such as 10,15,20",
  );
  expect(CONVERGE_OPTIONS.accuracy.allows(CONVERGE_OPTIONS.accuracy.read("1 furlong"))).toBe(false);
  expect(CONVERGE_OPTIONS.kgrid.allows(CONVERGE_OPTIONS.kgrid.read("2x2,4"))).toBe(false);
  expect(CONVERGE_OPTIONS.kgrid.read("2x2x1,4")).toEqual([[2, 2, 1], 4]);
});
