import { expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { toPsp8, toUpf } from "../atoms/pseudopotential-writers.ts";
import { close } from "../close.ts";
import { SILICON, to } from "../systems.ts";
import { checkCoreForces } from "./core-forces-law.ts";

const PW92 = -1012;
const files: Readonly<Record<string, string>> = {
  "Al.psp8": toPsp8(findGth("Al", "gth-lda"), PW92),
  "Al.upf": toUpf(findGth("Al", "gth-lda"), "SLA PW NOGX NOGC", 2),
  "Si-core.psp8": toPsp8(findGth("Si", "gth-lda"), PW92, { electrons: 2, width: 0.9 }),
  "Si-core.upf": toUpf(findGth("Si", "gth-lda"), "SLA PW NOGX NOGC", 1, { electrons: 2, width: 0.9 }),
  "Si-pbe.psp8": toPsp8(findGth("Si", "gth-pbe"), 11, { electrons: 2, width: 0.9 }),
  "Si-other.upf": toUpf(findGth("Si", "gth-lda"), "SLA PW TPSS TPSS", 2),
};
const readText = async (path: string): Promise<string> => {
  const text = files[path];
  if (text === undefined) throw new Error(`no ${path}`);
  return text;
};
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
