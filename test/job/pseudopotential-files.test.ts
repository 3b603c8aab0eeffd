import { describe, expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { parseProblem, problemText, requireSameSystem } from "../../src/bands/frozen-problem.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { runBands } from "../../src/job/tasks/bands/run-bands.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { toPsp8, toUpf } from "../atoms/pseudopotential-writers.ts";
import { close, closeArrays } from "../close.ts";
import { ALUMINIUM, SILICON, to } from "../systems.ts";
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

describe("the energy of aluminium with its GTH potential read from", () => {
  for (const file of ["Al.psp8", "Al.upf"])
    test(file, async () => {
      const job = to(1e-9, ALUMINIUM);
      const [gth, mesh] = [await run(job), await run({ ...job, pseudopotentials: { Al: file } })];
      close(mesh.energies.total, gth.energies.total, 1e-7);
      gth.kpoints.forEach(({ eigenvalues }, k) => {
        closeArrays(mesh.kpoints[k]!.eigenvalues.slice(0, 3), eigenvalues.slice(0, 3), 1e-7);
      });
      expect(mesh.warnings).toEqual([]);
    });
});

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

test("a stored potential names its files, and refuses a file whose numbers differ", async () => {
  const job = to(1e-4, { ...SILICON, pseudopotentials: { Si: "Si-core.psp8" } });
  const { problem } = await runBands(job, { readText, path: "GX", points: 3, bands: 4, saveProblem: true });
  const text = problemText(problem!);
  expect(text.split("\n").find((line) => line.includes("species"))!.length).toBeLessThan(200);
  const stored = parseProblem(text, "p.json");
  const modelOf = async (si: string) =>
    (await prepareScf(job, { readText: () => readText(si) })).problem.basis.model;
  requireSameSystem(stored, await modelOf("Si-core.psp8"), "p.json");
  const other = await modelOf("Si-core.upf");
  expect(() => requireSameSystem(stored, other, "p.json")).toThrow("pseudopotential of atom 1");
});
