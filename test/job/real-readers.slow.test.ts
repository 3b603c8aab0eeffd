import { describe, expect, test } from "vitest";
import type { Vec3 } from "../../src/common/vec3.ts";
import type { GroundState } from "../../src/ground/ground-state.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { solve } from "../../src/job/tasks/scf/solve.ts";
import { close, closeArrays, notTiny } from "../close.ts";
import { realSystems } from "./real-systems.ts";

/** Numbers that a ground state gives by its orbitals or its Hamiltonian. */
type Reader = (state: GroundState) => Promise<ArrayLike<number>>;

const flat = (rows: readonly ArrayLike<number>[]): number[] => rows.flatMap((row) => Array.from(row));

/** Moves every atom by a little, each its own way. */
const shifted = ({ basis }: GroundState): Vec3[] =>
  basis.model.atoms.map(({ position: [x, y, z] }, i) => [x + 0.004 * i, y - 0.003 * i, z + 0.002 * i]);

/** What reads orbitals, and by how much two runs converged to 1e-8 may differ in it. */
const readers: readonly (readonly [string, number, Reader])[] = [
  ["total energy", 1e-11, async ({ energies }) => [energies.total]],
  ["density", 1e-7, async ({ density }) => density.data],
  ["forces", 1e-7, async (state) => (await state.forces()).flat()],
  ["stress", 1e-9, async (state) => (await state.stress()).flat()],
  ["local density of states", 1e-7, async (state) => (await state.localDos(0.03)).data],
  [
    "bands",
    1e-8,
    async (state) => {
      const path: Vec3[] = [[0, 0, 0], [0.11, 0.23, -0.31], [0.5, 0.5, 0]]; // biome-ignore format: a list
      const { energies, residual } = await state.bands(path, { bands: 5 });
      expect(residual).toBeLessThan(1e-5);
      return flat(energies);
    },
  ],
  [
    "density of states",
    1e-5,
    async (state) => {
      const { spins, local } = await state.dos({ kgrid: [2, 2, 2], method: "gaussian", points: 50, local: true }); // biome-ignore format: one line
      return [...flat(spins.map(({ integrated }) => integrated)), ...flat(local!.values)];
    },
  ],
  [
    "dielectric eigenvalues",
    1e-3,
    async (state) => {
      const { smallest, largest } = await state.dielectric();
      return [smallest.eigenvalue, largest.eigenvalue];
    },
  ],
  [
    "estimated errors",
    1e-7,
    async (state) => {
      const { basis } = await state.errors();
      return [basis.energy.corrected, basis.density.error, ...basis.forces!.corrected.flat()];
    },
  ],
  [
    "checks",
    0,
    async (state) => {
      const checks = await state.check();
      expect(checks.filter(({ passed }) => !passed)).toEqual([]);
      return [checks.length];
    },
  ],
  [
    "energy of moved atoms",
    1e-11,
    async (state) => {
      await using moved = await state.moved(shifted(state));
      return [moved.energies.total];
    },
  ],
];

describe.each(["silicon", "gallium arsenide", "aluminium, three layers", "iron, polarised"])("%s", (name) => {
  test("gives the same with real and with complex orbitals", async () => {
    const job = realSystems[name]!;
    await using complex = await solve({ ...job, realOrbitals: false });
    await using real = await solve({ ...job, realOrbitals: true });
    for (const [what, tolerance, read] of readers) {
      const [expected, actual] = [await read(complex), await read(real)];
      notTiny(expected, 0, what);
      closeArrays(actual, expected, tolerance, what);
    }
  });

  test("goes on from a checkpoint of the other kind without another step's work", async () => {
    for (const realOrbitals of [true, false]) {
      const job = { ...realSystems[name]!, realOrbitals };
      const states: unknown[] = [];
      const whole = await runScf(job, { keepOrbitals: true, checkpoint: (state) => void states.push(state) });
      const again = await runScf({ ...job, realOrbitals: !realOrbitals }, { restart: states.at(-1) });
      close(again.energies.total, whole.energies.total, 1e-10, "energy");
      expect(again.iterations).toBeLessThanOrEqual(whole.iterations + 1);
    }
  });
});
