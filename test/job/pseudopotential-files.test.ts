import { beforeAll, describe, expect, test } from "vitest";
import { parseProblem, problemText, requireSameSystem } from "../../src/bands/frozen-problem.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { runBands } from "../../src/job/tasks/bands/run-bands.ts";
import type { ResultFile } from "../../src/job/tasks/scf/result.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close, closeArrays } from "../close.ts";
import { ALUMINIUM, SILICON, to } from "../systems.ts";
import { readText } from "./written-files.ts";

const run = (job: object) => runScf(job, { readText });

describe("the energy of aluminium with its GTH potential read from", () => {
  const job = to(1e-8, { ...ALUMINIUM, ecut: 4 });
  let gth: ResultFile;
  beforeAll(async () => {
    gth = await run(job);
  });
  for (const file of ["Al.psp8", "Al.upf"])
    test(file, async () => {
      const mesh = await run({ ...job, pseudopotentials: { Al: file } });
      close(mesh.energies.total, gth.energies.total, 1e-7);
      gth.kpoints.forEach(({ eigenvalues }, k) => {
        closeArrays(mesh.kpoints[k]!.eigenvalues.slice(0, 3), eigenvalues.slice(0, 3), 1e-7);
      });
      expect(mesh.warnings).toEqual([]);
    });
});

test("a stored potential names its files, and refuses a file whose numbers differ", async () => {
  const job = to(1e-4, { ...SILICON, ecut: 3, pseudopotentials: { Si: "Si-core.psp8" } });
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
