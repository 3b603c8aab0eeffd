import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import type { RelaxFile } from "../../src/job/tasks/relax/relax-result.ts";
import type { ResultFile } from "../../src/job/tasks/scf/result.ts";
import { SILICON } from "../systems.ts";
import { fakeHost } from "./fake-host.ts";

const cwd = mkdtempSync(join(tmpdir(), "stillwave-relax-"));
afterAll(() => rmSync(cwd, { recursive: true }));
writeFileSync(join(cwd, "si.json"), JSON.stringify(SILICON));

// Seen red: `alwaysWrites` left out of the command, with which a closed pipe ended the relaxation.
test("a geometry is written though no option names a file, and nobody reads the output", async () => {
  const host = fakeHost({ cwd, isReal: true });
  const words = ["relax", "si.json", "--ecut", "2", "--kgrid", "1,1,1", "--steps", "1", "--threads", "1"];
  expect(await runProgram(words, host)).toBe(0);
  expect(host.told.files).toBe(true);
  const { converged, steps } = JSON.parse(readFileSync(join(cwd, "si.relax.json"), "utf8")) as RelaxFile;
  expect([converged, steps.length]).toEqual([true, 1]); // no force by symmetry
  expect(host.written.stdout).toMatch(/^geometry +energy \(Ha\).*\n +1 /);
});

test("--check checks the ground state of the relaxed geometry, also where a file of before has it", async () => {
  const words = ["relax", "si.json", "--ecut", "2", "--kgrid", "1,1,1", "--threads", "1", "--check"];
  for (const more of [[], ["--restart", "si.relax.json"]]) {
    const host = fakeHost({ cwd, isReal: true });
    expect(await runProgram([...words, ...more], host)).toBe(0);
    const { checks } = JSON.parse(readFileSync(join(cwd, "si.relax.json"), "utf8")) as RelaxFile;
    expect(checks!.length).toBeGreaterThan(10);
    expect(checks!.every(({ passed }) => passed)).toBe(true);
    expect(host.written.stdout).toMatch(new RegExp(`checks: all ${checks!.length} passed`));
  }
});

// Seen red: the file of a relaxation refused as a job, as before.
test("the file of a relaxation that came to its end is the job of its last geometry", async () => {
  const { atoms, ...structure } = SILICON.structure;
  const moved = [atoms[0], { element: "Si", position: [-0.26, -0.25, -0.25] }];
  writeFileSync(
    join(cwd, "moved.json"),
    JSON.stringify({ ...SILICON, structure: { ...structure, atoms: moved } }),
  );
  const words = [
    "relax",
    "moved.json",
    "--ecut",
    "2",
    "--kgrid",
    "1,1,1",
    "--threads",
    "1",
    "--force",
    "2e-3",
  ];
  expect(await runProgram(words, fakeHost({ cwd, isReal: true }))).toBe(0);
  const { steps } = JSON.parse(readFileSync(join(cwd, "moved.relax.json"), "utf8")) as RelaxFile;
  expect(steps.length).toBeGreaterThan(1);
  const host = fakeHost({ cwd, isReal: true });
  expect(await runProgram(["scf", "moved.relax.json", "--threads", "1", "--json"], host)).toBe(0);
  const { energies, job } = JSON.parse(host.written.stdout) as ResultFile;
  expect(job.ecut).toBe(2);
  expect(Math.abs(energies.total - steps.at(-1)!.energy)).toBeLessThan(1e-6);
  expect(energies.total).toBeLessThan(steps[0]!.energy - 1e-6);
});
