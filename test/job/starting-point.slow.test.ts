import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCheckpoint, writeCheckpoint } from "../../src/io/checkpoint.ts";
import type { RunOptions } from "../../src/job/prepare/prepare-scf.ts";
import type { Checkpoint } from "../../src/job/prepare/starting-point.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close } from "../close.ts";
import { ALUMINIUM, DISPLACED_SILICON, SILICON, to } from "../systems.ts";

const folder = mkdtempSync(join(tmpdir(), "stillwave-start-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The last state of a run, through a file. */
async function lastState(job: object, options: RunOptions = {}): Promise<Checkpoint> {
  const path = join(folder, "state.checkpoint.json");
  const states: Checkpoint[] = [];
  await runScf(job, { ...options, checkpoint: (state) => void states.push(state) });
  await writeCheckpoint(path, states.at(-1)!);
  return (await readCheckpoint(path)) as Checkpoint;
}

/** A job whose first atom is moved, or whose cell is stretched. */
const changed = (job: typeof SILICON, shift: number, stretch = 1) => ({
  ...job,
  structure: {
    lattice: job.structure.lattice.map(([x, y, z]) => [x! * stretch, y!, z! / stretch]),
    atoms: job.structure.atoms.map(({ element, position: [x, y, z] }, i) => ({
      element,
      position: i === 0 ? [x! + shift, y! - shift, z!] : [x!, y!, z!],
    })),
  },
});

const applications = ({ history }: Awaited<ReturnType<typeof runScf>>) =>
  history.reduce((sum, row) => sum + row.hamiltonianApplications, 0);

describe("a run from the checkpoint of another geometry", () => {
  const job = { ...to(1e-7, DISPLACED_SILICON), symmetry: false };
  let state: Checkpoint;
  beforeAll(async () => {
    state = await lastState(job, { keepOrbitals: true });
  });

  test.each([
    ["an atom has moved", changed(job, 0.002)],
    ["the cell is sheared", changed(job, 0, 1.002)],
  ])("has the energy of one from the start, in fewer steps: %s", async (_, other) => {
    const fresh = await runScf(other);
    const carried = await runScf(other, { restart: state });
    close(carried.energies.total, fresh.energies.total, 1e-12);
    expect(carried.history[0]!.step).toBe(1);
    expect(carried.iterations).toBeLessThanOrEqual(fresh.iterations - 2);
    expect(applications(carried)).toBeLessThan(0.75 * applications(fresh)); // 0.6: the orbitals came along
  });

  test("begins without its orbitals where the spheres or the bands are others, on whatever grid", async () => {
    for (const other of [
      { ...job, ecut: 7, kgrid: [1, 2, 1] },
      { ...changed(job, 0.002), bands: 9 },
    ]) {
      const fresh = await runScf(other);
      const carried = await runScf(other, { restart: state });
      close(carried.energies.total, fresh.energies.total, 1e-12);
      expect(carried.history[0]!.densityResidual).toBeLessThan(0.5 * fresh.history[0]!.densityResidual);
    }
  });

  test("serves potentials and orbitals that are iterated in place of the density", async () => {
    const other = changed(job, 0.002);
    const expected = await runScf(other);
    for (const name of ["adaptive-damping", "direct-minimisation"]) {
      const found = await runScf(
        { ...other, scf: { ...job.scf, accelerator: { name } } },
        { restart: state },
      );
      expect(found.converged).toBe(true);
      close(found.energies.total, expected.energies.total, 1e-11);
    }
  });

  test("is refused in one line when the atoms are others", async () => {
    const atoms = DISPLACED_SILICON.structure.atoms.map((atom, i) =>
      i === 0 ? { ...atom, element: "C" } : atom,
    );
    const other = { ...job, structure: { ...SILICON.structure, atoms } };
    await expect(runScf(other, { restart: state })).rejects.toThrow(
      "options.restart: must be a checkpoint of the same atoms in the same order, C Si, got one of Si Si",
    );
  });
});

test("another functional is not called converged because the energy of the first step barely moves", async () => {
  const coarse = (functional: string) => ({
    ...DISPLACED_SILICON,
    functional,
    scf: { tolerance: { energy: 1e-2 } },
  });
  const state = await lastState(coarse("lda-pw92"), { keepOrbitals: true });
  const carried = await runScf(coarse("none"), { restart: state });
  close(carried.energies.total, (await runScf(coarse("none"))).energies.total, 1e-2);
});

test("an energy that stands still under a tiny damping is not converged", async () => {
  const scf = { mixing: { name: "simple" }, accelerator: { name: "none" }, damping: 1e-4 };
  const run = await runScf({
    ...DISPLACED_SILICON,
    scf: { ...scf, tolerance: { energy: 1e-4 }, maxIterations: 6 },
  });
  const [last, before] = [run.history.at(-1)!, run.history.at(-2)!];
  expect(Math.abs(last.energy - before.energy)).toBeLessThan(1e-4);
  expect(run.status).toBe("iteration-limit");
});

test("the checkpoint of a run that has converged goes on for one step more, cheaper with its orbitals", async () => {
  const job = to(1e-7, ALUMINIUM);
  const whole = await runScf(job);
  const bare = await runScf(job, { restart: await lastState(job) });
  const full = await runScf(job, { restart: await lastState(job, { keepOrbitals: true }) });
  for (const again of [bare, full]) {
    expect(again.iterations).toBe(whole.iterations + 1);
    close(again.energies.total, whole.energies.total, 1e-13);
  }
  expect(applications(full)).toBeLessThan(applications(bare));
});

/** The state as checkpoints had it before methods had names. */
function earlier({ method, ...state }: Checkpoint): object {
  const { name, history, guard, search } = method as unknown as {
    readonly name: string;
    readonly history: readonly { readonly input: unknown }[];
    readonly guard?: { readonly best: { readonly input: unknown } };
    readonly search?: object;
  };
  const point = ({ input, ...rest }: { readonly input: unknown }) => ({ rho: input, ...rest });
  expect(name).toMatch(/-mixing$/);
  return {
    ...state,
    accelerator: history.map(point),
    ...(guard && { guard: { ...guard, best: point(guard.best) } }),
    ...(search && { search }),
  };
}

test.each(["anderson", "adaptive-damping"])(
  "an earlier checkpoint of %s goes on to the last digit",
  async (name) => {
    const job = (limit: object = {}) => to(1e-5, DISPLACED_SILICON, { accelerator: { name }, ...limit });
    const state = await lastState(job({ maxIterations: 3 }));
    const [now, before] = [
      await runScf(job(), { restart: state }),
      await runScf(job(), { restart: earlier(state) }),
    ];
    expect(before.iterations).toBeGreaterThan(4);
    expect(before.history.map(({ energy }) => energy)).toEqual(now.history.map(({ energy }) => energy));
  },
);

test("direct minimisation goes on from the density of a mixing whose bands are more than its own", async () => {
  const state = await lastState(to(1e-3, DISPLACED_SILICON), { keepOrbitals: true });
  expect(state.nBands).toBeGreaterThan(4);
  const job = to(1e-7, DISPLACED_SILICON);
  const found = await runScf(
    { ...job, scf: { ...job.scf, accelerator: { name: "direct-minimisation" } } },
    { restart: state },
  );
  close(found.energies.total, (await runScf(job)).energies.total, 1e-11);
});
