import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close } from "../close.ts";

/** bcc iron with semicore electrons and PBE at a cutoff where the moment is settled. */
const iron = (moment: number) => ({
  structure: {
    lattice: [[-1.435, 1.435, 1.435], [1.435, -1.435, 1.435], [1.435, 1.435, -1.435]], // biome-ignore format: a matrix
    atoms: [{ element: "Fe", position: [0, 0, 0], magneticMoment: moment }],
    units: "angstrom",
  },
  pseudopotentials: "gth-pbe",
  functional: "pbe",
  ecut: 60,
  kgrid: [3, 3, 3],
  temperature: 0.01,
  spin: "collinear",
});

describe("iron with PBE converges by default settings, to one state from any moment to start with:", () => {
  test("0.3, 0.5, 2, 3 and 4 μB", async () => {
    // 23, 24, 16, 15 and 15 steps. The first ten steps from a small moment pass far from the solution and turn on roundings. Where the
    // magnetisation counts as much as charge, that from 0.3 μB ends without a moment; without its floor under the
    // minority density iron settles 8 Ha above, at 6 μB.
    const limits = { 0.3: 28, 0.5: 28, 2: 20, 3: 20, 4: 20 };
    const runs = [];
    for (const [moment, limit] of Object.entries(limits)) {
      const run = await runScf(iron(Number(moment)));
      expect(run.status).toBe("converged");
      expect(run.iterations).toBeLessThanOrEqual(limit);
      runs.push(run);
    }
    for (const run of runs) {
      close(run.energies.total, runs[0]!.energies.total, 1e-8, "energy"); // of second order in residuals of 1e-6
      close(run.magnetisation!, runs[0]!.magnetisation!, 1e-4, "moment"); // soft: 60 times the residual
    }
    expect(runs[0]!.magnetisation!).toBeGreaterThan(2);
  });
});

test("nickel with PBE and semicore electrons: its moment is kept until the charge has settled", async () => {
  // 15 steps; 23 where the first potentials may quench the moment and it has to grow again.
  const half = 3.3259179816;
  const run = await runScf({
    structure: {
      lattice: [[0, half, half], [half, 0, half], [half, half, 0]], // biome-ignore format: a matrix
      atoms: [{ element: "Ni", position: [0, 0, 0], magneticMoment: 1 }],
    },
    pseudopotentials: "gth-pbe",
    functional: "pbe",
    ecut: 45,
    kgrid: [2, 2, 2],
    temperature: 0.01,
    smearing: "gaussian",
    spin: "collinear",
  });
  expect(run.status).toBe("converged");
  expect(run.iterations).toBeLessThanOrEqual(17);
  close(run.energies.total, -166.29117297, 1e-7, "energy");
});

test("an antiferromagnet keeps its order by default settings: FeO with PBE and semicore electrons", async () => {
  // 21 steps. The potential of the initial charge leaves 0.13 of 3.5 μB; without keeping them (`holdMoments`) the run
  // is without order and 0.09 Ha too high after 100 steps.
  const [a, half] = [4.33, 2.165];
  const run = await runScf({
    ...iron(0),
    structure: {
      lattice: [[a, half, half], [half, a, half], [half, half, a]], // biome-ignore format: a matrix
      atoms: [
        { element: "Fe", position: [0, 0, 0], magneticMoment: 4 },
        { element: "Fe", position: [0.5, 0.5, 0.5], magneticMoment: -4 },
        { element: "O", position: [0.25, 0.25, 0.25] },
        { element: "O", position: [0.75, 0.75, 0.75] },
      ],
      units: "angstrom",
    },
    ecut: 40,
    kgrid: [2, 2, 2],
  });
  expect(run.status).toBe("converged");
  expect(run.iterations).toBeLessThanOrEqual(24);
  close(run.magnetisation!, 0, 1e-4, "moment of the cell"); // soft: 60 times the residual
  close(run.atomicMagnetisation!.moments[0]!, 3.3844, 2e-4, "moment of iron");
  close(run.energies.total, -275.4933206945, 1e-8, "energy"); // of second order in the residual
});

/** An oxygen molecule in a box whose vacuum is thinner than a hundredth of an electron. */
const oxygen = JSON.parse(readFileSync("test/fixtures/cases/bug-o2-pbe-vacuum.json", "utf8"));

describe("an oxygen molecule with PBE in vacuum ends in one state from any random start, whatever the mixing:", () => {
  // 11 to 14 steps from each of twelve random starts. Where the floor under the minority density begins at 1e-3 bohr⁻³
  // none converges in 24, and the energies are 1e-3 to 7e-2 Ha too high; where it is a part of ρin as well as of ρout,
  // those of seeds 0 (the default) and 6 take more than 60 with `auto`, more than 60 and 38 with `hybrid`.
  test.each(["ldos", "auto", "hybrid"])("%s", async (name) => {
    for (const seed of [0, 1, 6]) {
      const run = await runScf({ ...oxygen, seed, scf: { ...oxygen.scf, mixing: { name } } });
      expect(run.status).toBe("converged");
      expect(run.iterations).toBeLessThanOrEqual(16);
      close(run.energies.total, -29.505154341, 1e-8, "energy");
      close(run.magnetisation!, 1.99231, 1e-4, "moment");
    }
  });
});
