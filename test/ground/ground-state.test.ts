import ndarray from "ndarray";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NotConvergedError } from "../../src/common/failure.ts";
import type { Vec3 } from "../../src/common/vec3.ts";
import { groundState } from "../../src/ground/find-ground-state.ts";
import type { GroundState } from "../../src/ground/ground-state.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { runBands } from "../../src/job/tasks/bands/run-bands.ts";
import { runDielectric } from "../../src/job/tasks/dielectric/run-dielectric.ts";
import { runDos } from "../../src/job/tasks/dos/run-dos.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { solve } from "../../src/job/tasks/scf/solve.ts";
import { sumReal } from "../../src/kernels/fields.ts";
import { defineModel } from "../../src/models/define-model.ts";
import { externalPotential } from "../../src/terms/external/external.ts";
import { powerNonlinearity } from "../../src/terms/nonlinearity/nonlinearity.ts";
import type { Term } from "../../src/terms/term.ts";
import { close, closeArrays, notTiny } from "../close.ts";
import { DISPLACED_SILICON, SILICON, to } from "../systems.ts";

const JOB = { ...to(1e-7, DISPLACED_SILICON), ecut: 3, stress: true };

describe("a ground state", () => {
  let state: GroundState;
  beforeAll(async () => {
    state = await solve(JOB);
  });
  afterAll(() => state.close());

  test("is that of the result file, forces and stress to the last digit", async () => {
    const file = await runScf(JOB);
    expect(state.energies).toEqual(file.energies);
    expect(state.fermiLevel).toBe(file.fermiLevel);
    expect(state.levels.map(({ energies }) => [...energies])).toEqual(
      file.kpoints.map(({ eigenvalues }) => eigenvalues),
    );
    expect(await state.forces()).toEqual(file.forces);
    expect(await state.stress()).toEqual(file.stress);
    notTiny(file.forces!.flat(), 1e-3, "forces");
  });

  test("has bands and states without iterating again, the same as their files", async () => {
    const path = { points: 12, bands: 6 };
    const [bands, file] = [await state.bands("GXL", path), await runBands(JOB, { path: "GXL", ...path })];
    expect(bands.kpoints).toEqual(file.file.kpoints);
    expect(bands.energies.map((e) => [...e])).toEqual(
      file.file.kpoints.map(({ bands: levels }) => levels.map(({ energy }) => energy)),
    );
    expect(bands.gap).toEqual(file.gap);
    const choices = { kgrid: [2, 2, 2] as Vec3, points: 20 };
    const [dos, states] = [await state.dos(choices), await runDos(JOB, choices)];
    expect([...dos.energies]).toEqual(states.energies);
    expect([...dos.spins[0]!.density]).toEqual(states.spins[0]!.density);
  });

  test("has its own levels at its own k-points", async () => {
    const { energies } = await state.bands(
      state.levels.map(({ k }) => k),
      { bands: 4, tolerance: 1e-8 },
    );
    state.levels.forEach((own, i) => {
      closeArrays(energies[i]!, own.energies.slice(0, 4), 1e-9);
    });
  });

  test("has fields whose shape array libraries read: the same number at the same point", () => {
    const { density, potential, basis } = state;
    const [nx, ny, nz] = basis.grid.size;
    for (const field of [density, potential]) {
      expect(field.shape).toEqual([nx, ny, nz]);
      const array = ndarray(field.data, field.shape, field.stride);
      expect(array.get(3, 1, 2)).toBe(field.data[3 + nx * (1 + ny * 2)]);
      expect(new Set(field.data).size).toBeGreaterThan(10);
    }
    close(basis.grid.dvol * sumReal(density.data), 8, 1e-10);
  });

  test("gives the dielectric eigenvalues of its file, and keeps its orbitals", async () => {
    const before = await state.orbitals.save();
    const { smallest, largest } = await state.dielectric();
    const file = await runDielectric(JOB, { mixing: { name: "simple" }, observedSteps: 0 });
    expect([smallest.eigenvalue, largest.eigenvalue]).toEqual([file.smallest!.value, file.largest!.value]);
    expect(largest.eigenvalue).toBeGreaterThan(1.2);
    expect(await state.orbitals.save()).toEqual(before);
  });

  test("has a local density of states that adds up to the states at the Fermi level", async () => {
    const width = 0.2;
    const local = await state.localDos(width);
    const expected = state.levels.reduce(
      (sum, { weight, energies }) =>
        sum +
        energies.reduce((s, e) => {
          const x = (e - state.fermiLevel) / width;
          return s + (2 * weight * Math.exp(-x * x)) / (width * Math.sqrt(Math.PI));
        }, 0),
      0,
    );
    close(state.basis.grid.dvol * sumReal(local.data), expected, 1e-9);
  });
});

describe("a ground state moved", () => {
  const positions = JOB.structure.atoms.map(
    ({ position: [x, y, z] }, i): Vec3 => (i === 0 ? [x! + 0.004, y! - 0.002, z!] : [x!, y!, z!]),
  );

  test.each([1, 2])("is that of the moved job, in fewer steps, with %i threads", async (threads) => {
    const job = { ...JOB, symmetry: false };
    const start = await solve(job, { threads });
    await using moved = await start.moved(positions);
    const atoms = job.structure.atoms.map((atom, i) => ({ ...atom, position: positions[i]! }));
    const fresh = await runScf({ ...job, structure: { ...job.structure, atoms } });
    close(moved.energies.total, fresh.energies.total, 1e-11);
    closeArrays((await moved.forces()).flat(), fresh.forces!.flat(), 1e-6);
    expect(moved.history.length).toBeLessThanOrEqual(fresh.iterations - 2);
    expect(moved.orbitals.threads).toBe(threads);
    expect(Math.abs(moved.energies.total - start.energies.total)).toBeGreaterThan(1e-6);
    // The orbitals went over; what needs the density alone is still there.
    await expect(start.forces()).rejects.toThrow(/^forces: needs the orbitals, which are gone/);
    expect((await start.bands([[0, 0, 0]], { bands: 4 })).energies[0]).toHaveLength(4);
    await expect(moved.moved(positions.slice(1))).rejects.toThrow(/^positions: must be 2 positions, got 1$/);
  });

  test("to another cell is that of the job with that cell", async () => {
    const lattice = JOB.structure.lattice.map(([x, y, z]) => [1.01 * x!, y!, z!] as const);
    await using moved = await (await solve(JOB)).moved(positions, lattice as never);
    const atoms = JOB.structure.atoms.map((atom, i) => ({ ...atom, position: positions[i]! }));
    const fresh = await runScf({ ...JOB, structure: { lattice, atoms } });
    close(moved.energies.total, fresh.energies.total, 1e-11);
  });
});

test("what does not converge is no ground state, and is told with a remedy", async () => {
  const job = to(1e-12, SILICON, { maxIterations: 2 });
  const failure = solve(job, { threads: 2 });
  await expect(failure).rejects.toThrow(NotConvergedError);
  await expect(failure).rejects.toThrow(/^the limit of 2 steps was reached, .*; .*"maxIterations"/);
  const { problem, options } = await prepareScf(job);
  const state = await groundState(problem, options);
  expect([state.converged, state.status]).toEqual([false, "iteration-limit"]);
  expect(await state.forces()).toHaveLength(2);
  for (const asked of [state.bands(), state.dos(), state.dielectric()])
    await expect(asked).rejects.toThrow(/^the ground state: iteration-limit after 2 steps/);
});

test("a polarised state has two densities and their difference", async () => {
  const atoms = [{ element: "H", position: [0.5, 0.5, 0.5], magneticMoment: 1 }];
  const lattice = [[7, 0, 0], [0, 7, 0], [0, 0, 7]]; // biome-ignore format: a matrix
  await using state = await solve({
    ...to(1e-4, { structure: { lattice, atoms }, ecut: 4, kgrid: [1, 1, 1] }),
    spin: "collinear",
  });
  const [n] = state.basis.grid.size;
  expect(state.density.shape).toEqual([2, n, n, n]);
  const both = ndarray(state.density.data, state.density.shape, state.density.stride);
  const m = state.magnetisation!;
  expect(m.shape).toEqual([n, n, n]);
  const difference = ndarray(m.data, m.shape, m.stride);
  close(difference.get(2, 3, 1), both.get(0, 2, 3, 1) - both.get(1, 2, 3, 1), 1e-15);
  close(state.basis.grid.dvol * sumReal(m.data), 1, 1e-8);
});

describe("a model's ground state", () => {
  const lattice = (threads = 1, more: readonly Term[] = []) =>
    defineModel({
      cell: [[5]],
      ecut: 12,
      particles: 2,
      perLevel: 2,
      kgrid: [4],
      threads,
      terms: (grid) => [
        externalPotential(grid, ([x]) => -1.5 * Math.cos((2 * Math.PI * x) / 5)),
        powerNonlinearity(grid, { coefficient: 0.3, power: 2 }),
        ...more,
      ],
    });

  test("has bands at its own k-points, a density of states and dielectric eigenvalues", async () => {
    await using state = await groundState(await lattice(2));
    const own = state.levels.map(({ k }) => k);
    const { energies } = await state.bands(own, { bands: 2, tolerance: 1e-8 });
    state.levels.forEach((levels, i) => {
      closeArrays(energies[i]!, levels.energies.slice(0, 2), 1e-8);
    });
    const { spins, kgrid } = await state.dos({ bands: 3 });
    expect(kgrid).toEqual([8, 1, 1]);
    const { density, integrated } = spins[0]!;
    notTiny(density, 0.1);
    expect(integrated.some((states) => Math.abs(states - 2) < 1e-6)).toBe(true); // the first band is full
    expect((await state.dielectric()).smallest.eigenvalue).toBeGreaterThan(0.5);
    await expect(state.bands()).rejects.toThrow(/^path: must be a list of k-points in 1 dimension/);
    await expect(state.moved([])).rejects.toThrow(/^moved: must be a ground state of solve\(job\)/);
    await expect(state.bands(own, { errorBars: true })).rejects.toThrow(/got a model without atoms/);
  });

  test("with an operator of its own has bands of it", async () => {
    const shift: Term = {
      name: "shift",
      operator: () => ({
        addInto(out, x) {
          for (let i = 0; i < x.length; i++) out[i]! += 0.25 * x[i]!;
        },
      }),
    };
    const [plain, shifted] = await Promise.all(
      [lattice(), lattice(1, [shift])].map(async (m) => groundState(await m)),
    );
    const k: Vec3[] = [[0.1, 0, 0], [0.4, 0, 0]]; // biome-ignore format: two points
    const [a, b] = await Promise.all([plain!, shifted!].map((state) => state.bands(k, { bands: 2 })));
    for (const i of [0, 1])
      closeArrays(
        b!.energies[i]!,
        a!.energies[i]!.map((e) => e + 0.25),
        1e-6,
      );
  });
});
