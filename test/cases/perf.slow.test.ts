import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { estimateJob } from "../../src/job/tasks/estimate/estimate-job.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close } from "../close.ts";
import { needs } from "../needs.ts";

/** Where Debian's quantum-espresso-data has the potentials of these jobs. */
const FOLDER = "/usr/share/espresso/pseudo";
const isThere = existsSync(`${FOLDER}/Si.pz-vbc.UPF`) && existsSync(`${FOLDER}/Al.pz-vbc.UPF`);

const readText = (file: string) => readFile(`${FOLDER}/${file}`, "utf8");
const jobOf = async (name: string) =>
  JSON.parse(await readFile(`test/fixtures/cases/perf/${name}.json`, "utf8"));

describe.skipIf(!isThere)(needs("quantum-espresso-data", isThere, "jobs of users' sizes"), () => {
  // k-points as pw.x has them: 16, 3 and 1; and the number of its plane waves at Γ.
  test.each([
    ["si2", 16, 216, 8, 725],
    ["al10", 3, 9, 60, 6088],
    ["si64", 1, 1, 256, 13133],
  ])("%s is estimated: k-points, electrons, plane waves", async (name, kpoints, all, electrons, least) => {
    const found = await estimateJob(await jobOf(name), { readText });
    expect(found).toMatchObject({ kpoints, allKpoints: all, electrons, warnings: [] });
    expect(found.planeWaves.least).toBe(least);
    expect(found.memory.bytes).toBeGreaterThan(2 ** 27);
    expect(found.memory.bytes).toBeLessThan(2 ** 30);
    expect(found.secondsPerStep).toBeGreaterThan(0);
  });

  // Printed by pw.x 6.7 with the same potential, cutoff and k-points, conv_thr 1e-10 and less.
  test.each([
    ["si2", -15.85039535, 9],
    ["al10", -83.54403368, 12],
  ])("%s has pw.x's energy", async (name, rydberg, steps) => {
    const run = await runScf(await jobOf(name), { readText });
    expect(run.status).toBe("converged");
    expect(run.iterations).toBeLessThanOrEqual(steps);
    close(run.energies.total, rydberg / 2, 2e-7, "energy");
  });

  // With the tolerance of small cells for the eigensolver its noise costs 15 steps.
  test("errors of many orbitals at one k-point do not hold the density up", async () => {
    const run = await runScf({ ...(await jobOf("si64")), ecut: 5 }, { readText });
    expect(run.status).toBe("converged");
    expect(run.iterations).toBeLessThanOrEqual(11);
  });
});
