import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runScf } from "../src/job/tasks/scf/run-scf.ts";
import { close } from "./close.ts";

const STRUCTURES = new URL("./fixtures/published/structures/", import.meta.url);

test("ten aluminium layers in vacuum end at the minimum of the published runs [HL21]", async () => {
  const result = await runScf(
    {
      structure: { file: "AlVac_10.extxyz" },
      functional: "pbe",
      pseudopotentials: "gth-pbe",
      ecut: 20,
      fftSize: [25, 25, 216],
      kgrid: [6, 6, 1],
      smearing: "gaussian",
      temperature: 0.001,
    },
    { threads: 2, readText: async (path) => readFileSync(new URL(path, STRUCTURES), "utf8") },
  );
  expect(result.converged).toBe(true);
  // The best of their runs, all settings but mixing the same. Their lattice constant went through another unit of length.
  close(result.energies.total, -41.40768661781339, 2e-6, "free energy");
  expect(result.iterations).toBeLessThanOrEqual(14);
});
