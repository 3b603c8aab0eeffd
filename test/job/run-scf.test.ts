import { describe, expect, test } from "vitest";
import { InputError, NotConvergedError } from "../../src/common/failure.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import type { Checkpoint } from "../../src/job/prepare/starting-point.ts";
import { converged } from "../../src/job/tasks/scf/converged.ts";
import type { GroundFields } from "../../src/job/tasks/scf/ground-fields.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import type { HistoryRow, ScfState } from "../../src/scf/state.ts";
import { close } from "../close.ts";
import { ALUMINIUM, DISPLACED_SILICON, SILICON, to } from "../systems.ts";
import { timeless } from "../timeless.ts";

/** Rows without the time they took. */

describe("a result", () => {
  test("holds all that the file format promises, for a metal", async () => {
    const result = await runScf(to(1e-6, ALUMINIUM));
    expect(result).toMatchObject({
      converged: true,
      status: "converged",
      electrons: 3,
      pseudopotentials: { Al: { name: "gth-lda-q3", electrons: 3 } },
      fftSize: [12, 12, 12],
      warnings: [],
    });
    expect(result).not.toHaveProperty("reason");
    expect(result.iterations).toBe(result.history.length);
    expect(result.energies.total).toBe(result.history.at(-1)!.energy);
    expect(result.planeWaves).toHaveLength(result.kpoints.length);
    expect(result.forces).toHaveLength(1);
    expect(result.resources).toMatchObject({ threads: 1, backend: "wasm" });
    expect(result.resources.wallSeconds).toBeGreaterThan(0);
    expect(result.resources.peakMemoryBytes).toBeGreaterThan(1e6);
    let electrons = 0;
    for (const { weight, occupations, eigenvalues } of result.kpoints) {
      expect(occupations).toHaveLength(eigenvalues.length);
      expect([...eigenvalues].sort((a, b) => a - b)).toEqual(eigenvalues);
      electrons += weight * occupations.reduce((a, b) => a + b, 0);
    }
    close(electrons, 3, 1e-12);
    close(
      result.kpoints.reduce((sum, { weight }) => sum + weight, 0),
      1,
      1e-14,
    );
    // plain data: what is written is what is read
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  test("has one row per step, told to the caller as they come", async () => {
    const heard: HistoryRow[] = [];
    const { history } = await runScf(to(1e-6, SILICON), { onStep: (row) => heard.push(row) });
    expect(heard).toEqual(history);
    history.forEach((row, i) => {
      expect(row.step).toBe(i + 1);
      expect(Object.keys(row).sort()).toEqual([
        "damping",
        "densityResidual",
        "energy",
        "hamiltonianApplications",
        "parts",
        "seconds",
        "step",
        "work",
      ]);
      const { parts, work, ...numbers } = row;
      const spent = Object.values(work!).flatMap(({ seconds, operations }) => [seconds, operations]);
      for (const value of [...Object.values({ ...parts, ...numbers }), ...spent])
        expect(Number.isFinite(value)).toBe(true);
    });
    expect(history.at(-1)!.densityResidual).toBeLessThan(1e-6);
    for (const row of history.slice(0, -1)) expect(row.densityResidual).toBeGreaterThan(1e-6);
  });

  test("is the same to the last digit every time", async () => {
    const [one, two] = [await runScf(to(1e-6, ALUMINIUM)), await runScf(to(1e-6, ALUMINIUM))];
    expect(timeless(two.history)).toEqual(timeless(one.history));
    expect([two.energies, two.kpoints, two.forces]).toEqual([one.energies, one.kpoints, one.forces]);
  });
});

describe("a run that does not converge", () => {
  const limited = (job: object, maxIterations: number) => ({ ...to(1e-9, job, { maxIterations }) });

  test("ends at its limit of steps and says so", async () => {
    const result = await runScf(limited(SILICON, 3));
    expect(result).toMatchObject({ converged: false, status: "iteration-limit", iterations: 3 });
    expect(result.reason).toMatch(/^the limit of 3 steps was reached, density residual \d\.\d\de-\d$/);
    expect(result.forces).toHaveLength(2); // what there is, is told
    expect(() => converged(result)).toThrow(NotConvergedError);
    expect(() => converged(result)).toThrow(result.reason);
  });

  const HEAVY = { ...to(1e-9, SILICON), ecut: 3, symmetry: false, stress: true };
  test.each([1, 2])(
    "is interrupted inside a step, with %i threads: the last whole step without forces",
    async (threads) => {
      const controller = new AbortController();
      const states: Checkpoint[] = [];
      let blocks = 0;
      let fields: GroundFields | undefined;
      const result = await runScf(HEAVY, {
        threads,
        signal: controller.signal,
        onProgress: ({ step, phase }) => {
          if (step !== 3 || phase !== "diagonalise") return;
          blocks++;
          controller.abort();
        },
        checkpoint: (state) => void states.push(state),
        onFields: (found) => {
          fields = found;
        },
      });
      expect(result).toMatchObject({ converged: false, status: "interrupted", iterations: 2 });
      expect(result.reason).toMatch(/^interrupted after 2 steps/);
      expect(blocks).toBeLessThanOrEqual(threads); // those that were being solved for
      expect([result.forces, result.stress, fields!.localDos]).toEqual([undefined, undefined, undefined]);
      expect(fields!.density.length).toBeGreaterThan(0);
      expect(states.map(({ history }) => history.length)).toEqual([1, 2, 2]);
      expect(states[2]!.orbitals).toHaveLength(result.kpoints.length);
      expect(states[2]!.rho).toEqual(states[1]!.rho);
      const rest = await runScf(HEAVY, { restart: states[2] });
      const whole = await runScf(HEAVY);
      expect(rest.history.slice(0, 2).map(({ energy }) => energy)).toEqual(
        whole.history.slice(0, 2).map(({ energy }) => energy),
      );
      expect(rest.energies.total).toBeCloseTo(whole.energies.total, 11);
      expect([rest.forces!.length, rest.stress!.length]).toEqual([2, 3]);
    },
  );

  test("is interrupted in its first step without a result", async () => {
    const controller = new AbortController();
    const run = runScf(HEAVY, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(run).rejects.toThrow(NotConvergedError);
    await expect(run).rejects.toThrow(/^interrupted in the first step/);
  });

  test("a converged result passes through converged()", async () => {
    const result = await runScf(to(1e-3, SILICON));
    expect(converged(result)).toBe(result);
  });
});

describe("a checkpoint", () => {
  for (const [
    name,
    job,
  ] of [["silicon", { ...DISPLACED_SILICON, ecut: 3 }], ["aluminium", { ...ALUMINIUM, ecut: 4, temperature: 0.05 }]] as const) // biome-ignore format: pairs
    test(`with orbitals continues with exactly the rows of an uninterrupted run: ${name}`, async () => {
      const whole = await runScf(to(1e-8, job));
      for (const k of [1, 3]) {
        const states: ScfState[] = [];
        await runScf(to(1e-8, job, { maxIterations: k }), {
          checkpoint: (state) => {
            states.push(structuredClone(state));
          },
        });
        expect(states).toHaveLength(k + 1); // after every step, and with orbitals at the end
        expect(states.map(({ orbitals }) => orbitals !== undefined)).toEqual([
          ...new Array(k).fill(false),
          true,
        ]);
        const continued = await runScf(to(1e-8, job), { restart: states.at(-1)! });
        expect(continued.history.length).toBeGreaterThan(k);
        expect(timeless(continued.history)).toEqual(timeless(whole.history));
        expect(continued.energies).toEqual(whole.energies);
        expect(continued.forces).toEqual(whole.forces);
      }
    });

  test("without orbitals reaches the same ground state", async () => {
    const states: ScfState[] = [];
    const job = to(1e-8, { ...SILICON, ecut: 3 });
    const whole = await runScf(job, { checkpoint: (state) => void states.push(state) });
    const continued = await runScf(job, { restart: states[3]! });
    expect(continued.history.slice(0, 4)).toEqual(whole.history.slice(0, 4));
    close(continued.energies.total, whole.energies.total, 1e-12);
    expect(states.at(-1)!.orbitals).toBeUndefined(); // converged: nothing to go on with
  });

  test("of something else is refused", async () => {
    for (const restart of [{}, 7, { rho: [1, 2], history: [] }])
      await expect(runScf(SILICON, { restart })).rejects.toThrow(/^options\.restart: must be a state/);
    let other: ScfState | undefined;
    await runScf(to(1e-8, ALUMINIUM, { maxIterations: 1 }), { checkpoint: (state) => { other = state; } }); // biome-ignore format: one line
    await expect(runScf(SILICON, { restart: other })).rejects.toThrow(InputError);
    // more bands than there are plane waves: no run leaves them, and no memory holds them
    await expect(runScf(ALUMINIUM, { restart: { ...other, nBands: 7000 } })).rejects.toThrow(
      /^options\.restart: must be a state whose parts fit together/,
    );
  });
});

describe("prepareScf", () => {
  test("makes ready without solving: what is printed before the first step", async () => {
    const { problem, options, job, threads, backend } = await prepareScf(SILICON);
    expect([threads, backend, job.ecut, options.method.name, options.maxIterations]).toEqual([
      1,
      "wasm",
      5,
      "density-mixing",
      100,
    ]);
    expect(problem.basis.grid.size).toEqual([15, 15, 15]);
    const of = async (name: string) =>
      (await prepareScf({ ...SILICON, scf: { accelerator: { name } } })).options.method.name;
    expect(await Promise.all(["none", "adaptive-damping", "direct-minimisation"].map(of))).toEqual([
      "density-mixing",
      "potential-mixing",
      "direct-minimisation",
    ]);
  });

  test("refuses a job that has no self-consistency to find", async () => {
    await expect(prepareScf({ ...SILICON, hamiltonian: "core" })).rejects.toThrow(
      /^hamiltonian: must be kohn-sham/,
    );
  });
});

test.each([0, -0.5])("a result tells the charge of a charged cell: %s electrons removed", async (charge) => {
  const structure = { lattice: [[6, 0, 0], [0, 6, 0], [0, 0, 6]], atoms: [{ element: "Na", position: [0, 0, 0] }] }; // biome-ignore format: a job
  const job = { structure, pseudopotentials: "gth-lda-q1", ecut: 2, temperature: 0.01, charge };
  const result = await runScf(to(1e-2, job));
  expect(result.charge).toBe(charge === 0 ? undefined : charge);
});
