import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import type { ConvergenceFile } from "../../src/job/tasks/converge/converge-result.ts";
import { SILICON } from "../systems.ts";
import { fakeHost } from "./fake-host.ts";

const cwd = mkdtempSync(join(tmpdir(), "stillwave-converge-"));
afterAll(() => rmSync(cwd, { recursive: true }));
writeFileSync(join(cwd, "si.json"), JSON.stringify(SILICON));
const converge = (words: string, isReal = false) => {
  const host = fakeHost({ cwd, isReal });
  return runProgram(["converge", "si.json", ...words.split(" "), "--threads", "1"], host).then((code) => ({
    code,
    ...host.written,
  }));
};

test("silicon: a table, the cheapest cutoff, a picture and a file to go on with", async () => {
  const { code, stdout, stderr } = await converge(
    "--ecut 2,3,4 --kgrid 1 --accuracy 0.7eV --plot e.svg",
    true,
  );
  expect(stderr).not.toContain("restart:");
  expect(code).toBe(0);
  const file = JSON.parse(readFileSync(join(cwd, "si.converge.json"), "utf8")) as ConvergenceFile;
  expect(file.runs.map(({ ecut }) => ecut)).toEqual([2, 3, 4]);
  const energies = file.runs.map(({ energy }) => energy);
  expect(energies).toEqual(energies.toSorted((a, b) => b - a)); // more plane waves never raise it
  expect(file.runs.map(({ error }) => error!.energy)).toEqual(
    energies.map((energy) => energy - energies[2]!),
  );
  for (const { error } of file.runs) expect(error!.force).toBeLessThan(1e-5); // by symmetry
  expect(stdout).toMatch(/ecut \(Ha\) +k-grid +k-points +waves +energy \(Ha\/atom\) +error \(meV\/atom\)/);
  const meV = (27211.386245981 * file.runs[1]!.error!.energy).toPrecision(3);
  expect(stdout).toContain(
    `cheapest within 700 meV per atom of the finest: ecut 3 Ha, k-grid 1x1x1 (${meV} meV)`,
  );
  const svg = readFileSync(join(cwd, "e.svg"), "utf8");
  expect(svg).toContain("error against the finest (meV per atom)");
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  const again = await converge("--ecut 2,3,4 --kgrid 1 --accuracy 0.7eV --restart si.converge.json --quiet");
  expect(again.code).toBe(0);
  expect(again.stderr).not.toMatch(/mind the gap|converged after/); // of a run, which the host would have faked
  expect(stdout).toContain(again.stdout);
});

test.each([
  [
    "--ecut 5",
    /--ecut: must list two or more cutoffs, or --kgrid as many k-grids, got neither; such as 10,15,20/,
  ],
  ["--ecut 5,5", /--ecut: must be different positive cutoffs in Ha, got 5,5; such as 10,15,20,30/],
  ["--kgrid 2x2,4", /--kgrid: must be different k-grids, got 2x2,4; such as 2,4,6 or 2x2x1,4x4x1/],
  [
    "--ecut 4,5 --accuracy 1parsec",
    /--accuracy: must be a positive energy per atom, got 1parsec; such as 1meV/,
  ],
  [
    "--ecut 4,5 --restart si.json",
    /restart: must be a file that a convergence test wrote, got something else/,
  ],
])("%s is wrong input", async (words, message) => {
  const { code, stderr } = await converge(words);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd()).not.toContain("\n");
});
