import { describe, expect, test } from "vitest";
import { runScf } from "../../src/job/run-scf.ts";
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
  test("0.5, 2 and 4 μB", async () => {
    const runs = [];
    for (const moment of [0.5, 2, 4]) runs.push(await runScf(iron(moment)));
    for (const run of runs) {
      expect(run.status).toBe("converged");
      // 16 to 18, but 18 to 33 from 0.5 μB, whose first ten steps pass far from the solution and turn on roundings;
      // without its floor under the minority density it settles 8 Ha above, at 6 μB.
      expect(run.iterations).toBeLessThan(45);
      close(run.energies.total, runs[0]!.energies.total, 1e-8, "energy"); // of second order in residuals of 1e-6
      close(run.magnetisation!, runs[0]!.magnetisation!, 1e-4, "moment"); // soft: 60 times the residual
    }
    expect(runs[0]!.magnetisation!).toBeGreaterThan(2);
  });
});
