import { expect, test } from "vitest";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close } from "../close.ts";

test("a crystal whose operations fall between grid points converges with spin as it does without", async () => {
  const silicon = {
    structure: {
      lattice: [[0, 5.13, 5.13], [5.13, 0, 5.13], [5.13, 5.13, 0]], // biome-ignore format: a matrix
      atoms: [1, -1].map((sign) => ({ element: "Si", position: [0.125 * sign, 0.125 * sign, 0.125 * sign] })),
    },
    ecut: 15,
    fftSize: [25, 25, 25], // a translation of a quarter falls between points
    kgrid: [2, 2, 2],
    temperature: 1e-4,
    scf: { maxIterations: 20 },
  };
  const [plain, spin] = await Promise.all(["none", "collinear"].map((spin) => runScf({ ...silicon, spin })));
  expect(spin!.status).toBe("converged");
  close(spin!.energies.total, plain!.energies.total, 1e-9, "energy");
});
