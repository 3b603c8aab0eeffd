import { describe, expect, test } from "vitest";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import type { Checkpoint } from "../../src/job/prepare/starting-point.ts";
import { compareMixings } from "../../src/job/tasks/compare/compare.ts";
import { estimateJob } from "../../src/job/tasks/estimate/estimate-job.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { solve } from "../../src/job/tasks/scf/solve.ts";
import { close } from "../close.ts";
import { ALUMINIUM, TILTED_LAYER, to } from "../systems.ts";
import { checkForces } from "./forces-law.ts";

const LAYER = { ...TILTED_LAYER, dipoleCorrection: true };

/** The same with a vacuum in which the density vanishes. */
const TALL = {
  ...LAYER,
  structure: {
    lattice: [[6, 0, 0], [0, 6, 0], [0, 0, 28]], // biome-ignore format: a matrix
    atoms: [
      { element: "Li", position: [0, 0, 0.22] },
      { element: "H", position: [0, 0, 0.32] },
    ],
  },
};

describe("a job with a dipole correction", () => {
  test("has forces that are derivatives of its energy", () => checkForces(LAYER));

  test("tells the dipole and levels of the vacuum without a field between", async () => {
    const [without, corrected] = [
      await runScf(to(1e-7, { ...TALL, dipoleCorrection: false })),
      await runScf(to(1e-7, TALL)),
    ];
    const { dipole, vacuum, energies } = corrected;
    expect(without).not.toHaveProperty("dipole");
    expect(without).not.toHaveProperty("charge");
    expect(without.energies).not.toHaveProperty("dipole");
    expect(dipole!.axis).toBe(2);
    close(dipole!.position, 0.77, 1e-12, "position");
    close(energies.dipole!, (2 * Math.PI * dipole!.moment ** 2) / 1008, 1e-12, "energy [Ha]");
    expect(Math.abs(dipole!.moment)).toBeGreaterThan(0.1);
    close(vacuum!.levels[0] - vacuum!.levels[1], dipole!.step, 1e-4, "step [Ha]");
    expect(Math.abs(without.vacuum!.slope)).toBeGreaterThan(100 * Math.abs(vacuum!.slope));
  });

  test("begins anew from the state without one, and says so; what is not told is no residual of zero", async () => {
    const states: Checkpoint[] = [];
    const checkpoint = (state: Checkpoint) => void states.push(state);
    const without = to(1e-2, { ...LAYER, dipoleCorrection: false });
    await runScf(without, { keepOrbitals: true, checkpoint });
    const state = states.at(-1)!;
    const from = async (job: object, restart: Checkpoint) => {
      const { options, warnings } = await prepareScf(job, { restart });
      return { tolerance: options.restart!.eigenTolerance, told: warnings.filter((w) => /^restart/.test(w)) };
    };
    const corrected = await from(LAYER, state);
    expect(corrected.told.join()).toMatch(/of another job \(dipoleCorrection 3, was none\): its density/);
    expect(corrected.tolerance).toBe(0.025);
    const system = state.system!;
    const unknown = { ...system, physics: { ...system.physics!, field: 1 } };
    expect(await from(without, { ...state, system: unknown })).toEqual({ tolerance: 0.025, told: [] });
    // the same atom, one lattice vector on: its density differs by rounding
    const atoms = system.atoms.map((atom, i) =>
      i > 0 ? atom : { ...atom, position: [1.1, 0, 0.3] as const },
    );
    const shifted = await from(without, { ...state, system: { ...system, atoms } });
    const last = state.history.at(-1)!.densityResidual;
    close(shifted.tolerance, 0.03 * last, 1e-9, "tolerance");
  });

  test("stays along its axis while atoms move, however little vacuum they leave", async () => {
    const narrow = to(1e-3, { ...LAYER, structure: { ...LAYER.structure, lattice: [[6, 0, 0], [0, 6, 0], [0, 0, 12]] } }); // biome-ignore format: a matrix
    await using start = await solve(narrow);
    const positions = [[0.1, 0, 0.3], [0, 0.05, 0.54]] as const; // biome-ignore format: a matrix
    await using moved = await start.moved(positions);
    expect(moved.energies.dipole).toBeGreaterThan(1e-3);
    const atoms = narrow.structure.atoms.map((atom, i) => ({ ...atom, position: positions[i] }));
    const fresh = { ...narrow, structure: { ...narrow.structure, atoms } };
    await expect(prepareScf(fresh)).rejects.toThrow(/got true with 5\.4, 5\.7, 9\.1 bohr/);
  });

  test.each([
    [
      { ...ALUMINIUM, dipoleCorrection: true },
      /^dipoleCorrection: needs at least 10 bohr without atoms along the lattice vector out of the slab, got true with 4\.4, 4\.4, 4\.4 bohr/,
    ],
    [{ ...LAYER, dipoleCorrection: 1 }, /^dipoleCorrection: needs at least 10 bohr .* got 1 with 5\.4, /],
    [
      {
        ...LAYER,
        structure: { ...LAYER.structure, lattice: [[15, 0, 0], [0, 6, 0], [0, 0, 20]] }, // biome-ignore format: a matrix
      },
      /^dipoleCorrection: must say which lattice vector leads out of the layer, got true with vacuum along 1 and 3; such as 3/,
    ],
    [
      {
        ...LAYER,
        structure: {
          lattice: [[6, 0, 0], [0, 6, 0], [0, 0, 40]], // biome-ignore format: a matrix
          atoms: [0, 0.5].flatMap((half) => [
            { element: "Li", position: [0, 0, 0.1 + half] },
            { element: "H", position: [0, 0, 0.17 + half] },
          ]),
        },
      },
      /^dipoleCorrection: needs one gap that is wider than others .*, got two of 17\.2 bohr; take the cell of one slab/,
    ],
    [{ ...LAYER, charge: 2, ecut: 5 }, /^charge: must leave electrons/],
    [
      { ...LAYER, charge: -2 },
      /^dipoleCorrection: must be left out of charged cells, got true with 2 electrons added;/,
    ],
    [
      { ...LAYER, hamiltonian: "core" },
      /^dipoleCorrection: must be left out unless the hamiltonian is kohn-sham, got true with "core"/,
    ],
    [
      { ...LAYER, dipoleCorrection: 4 },
      /^dipoleCorrection: must be true, false, or the lattice vector out of the slab: 1, 2 or 3/,
    ],
  ])("is refused where it makes no sense: %#", async (job, message) => {
    await expect(prepareScf(job)).rejects.toThrow(message);
    await expect(estimateJob(job)).rejects.toThrow(message);
    await expect(compareMixings(job)).rejects.toThrow(message);
  });
});
