import { beforeAll, describe, expect, test } from "vitest";
import type { Checkpoint } from "../../src/job/prepare/starting-point.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close } from "../close.ts";
import { DISPLACED_SILICON, to } from "../systems.ts";

/** The last state of a run, with its orbitals. */
async function lastState(job: object): Promise<Checkpoint> {
  const states: Checkpoint[] = [];
  await runScf(job, { keepOrbitals: true, checkpoint: (state) => void states.push(state) });
  return structuredClone(states.at(-1)!);
}

describe("a run from the checkpoint of another job of the same atoms", () => {
  const job = { ...to(1e-7, DISPLACED_SILICON), symmetry: false };
  let state: Checkpoint;
  beforeAll(async () => {
    state = await lastState(job);
  });

  const smeared = { smearing: "gaussian", temperature: 0.01 };
  test.each([
    ["functional", { functional: "pbe" }, /functional pbe, was lda/],
    ["temperature", smeared, /smearing gaussian, was none; temperature 0.01, was 0/],
    ["spin", { spin: "collinear", ...smeared }, /spin collinear, was none/],
    ["cutoff", { ecut: 7 }, /other k-points or cutoff/],
    ["pseudopotentials", { pseudopotentials: "gth-pbe" }, /other pseudopotentials/],
    ["number of bands", { bands: 7 }, /bands 7, was null/],
    ["charge", { charge: 1, ...smeared }, /electrons 7, was 8/],
  ])("begins a new iteration, and says so, where the %s differs", async (_, change, told) => {
    const other = { ...job, ...change };
    const fresh = await runScf(other);
    const carried = await runScf(other, { restart: state });
    expect(carried.history[0]!.step).toBe(1);
    expect(carried.warnings.join()).toMatch(told);
    expect(carried.iterations).toBeLessThanOrEqual(fresh.iterations + 1);
    close(carried.energies.total, fresh.energies.total, 1e-9);
  });

  test("of one spin begins where that of two ended", async () => {
    const polarised = await lastState({ ...job, spin: "collinear", ...smeared });
    const other = { ...job, ...smeared };
    const carried = await runScf(other, { restart: polarised });
    expect(carried.warnings.join()).toMatch(/spin none, was collinear/);
    close(carried.energies.total, (await runScf(other)).energies.total, 1e-9);
  });
});
