import { expect, test } from "vitest";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close } from "../close.ts";
import { SILICON, to } from "../systems.ts";
import { checkCoreForces } from "./core-forces-law.ts";
import { readText } from "./written-files.ts";

const run = (job: object) => runScf(job, { readText });

test("a core written in two formats gives one energy, with symmetry or without", async () => {
  const job = to(1e-9, { ...SILICON, pseudopotentials: { Si: "Si-core.psp8" } });
  const [symmetric, plain, upf] = [
    await run(job),
    await run({ ...job, symmetry: false }),
    await run({ ...job, pseudopotentials: { Si: "Si-core.upf" } }),
  ];
  close(symmetric.energies.total, plain.energies.total, 1e-10);
  close(upf.energies.total, symmetric.energies.total, 2e-7); // two atoms, two meshes
  expect(symmetric.electrons).toBe(8);
  expect(symmetric.pseudopotentials).toEqual({ Si: { name: "Si-core.psp8", electrons: 4 } });
  const without = await run({ ...job, pseudopotentials: "gth-lda" });
  expect(Math.abs(symmetric.energies.total - without.energies.total)).toBeGreaterThan(0.1);
});

test("forces are minus the derivative of the energy where atoms have cores", () =>
  checkCoreForces({ pseudopotentials: { Si: "Si-core.psp8" } }, readText));

test("a file made for another functional is used with a warning", async () => {
  const job = to(1e-2, { ...SILICON, kgrid: [1, 1, 1] });
  const warnings = async (fields: object) => (await run({ ...job, ...fields })).warnings;
  expect(await warnings({ pseudopotentials: { Si: "Si-pbe.psp8" } })).toEqual([
    'pseudopotentials.Si: Si-pbe.psp8 was made for pspxc 11 but the functional is lda-pw92; give ["gga_x_pbe","gga_c_pbe"]',
  ]);
  expect(await warnings({ pseudopotentials: { Si: "Si-pbe.psp8" }, functional: "pbe" })).toEqual([]);
  expect(await warnings({ pseudopotentials: { Si: "Si-pbe.psp8" }, functional: "none" })).toEqual([]);
  expect(await warnings({ pseudopotentials: { Si: "Si-other.upf" } })).toEqual([
    "pseudopotentials.Si: Si-other.upf was made for SLA PW TPSS TPSS but the functional is lda-pw92; which is not available",
  ]);
});
