import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { fakeHost } from "./fake-host.ts";

const cwd = mkdtempSync(join(tmpdir(), "stillwave-bad-"));
afterAll(() => rmSync(cwd, { recursive: true }));

const silicon = {
  structure: {
    lattice: [
      [0, 5.13, 5.13],
      [5.13, 0, 5.13],
      [5.13, 5.13, 0],
    ],
    atoms: [
      { element: "Si", position: [0.125, 0.125, 0.125] },
      { element: "Si", position: [-0.125, -0.125, -0.125] },
    ],
  },
  ecut: 5,
};
const { lattice, atoms } = silicon.structure;

/** What is wrong, the job, and what its one line must say: field, value, remedy. */
const cases: [string, object, RegExp][] = [
  ["negative cutoff", { ...silicon, ecut: -3 }, /ecut: .*positive.* got -3/],
  [
    "singular lattice",
    { ...silicon, structure: { lattice: [lattice[0], lattice[1], lattice[1]], atoms } },
    /structure\.lattice: .*volume/,
  ],
  [
    "two atoms on one spot, one a periodic image",
    {
      ...silicon,
      structure: { lattice, atoms: [atoms[0], { element: "Si", position: [1.125, 0.125, -0.875] }] },
    },
    /structure\.atoms\[1\]\.position: .* atoms\[0\]/,
  ],
  [
    "unknown element",
    { ...silicon, structure: { lattice, atoms: [atoms[0], { element: "Sj", position: [0, 0, 0] }] } },
    /structure\.atoms\[1\]\.element: .*"Sj".*Si/,
  ],
  [
    "odd electrons without smearing",
    {
      ...silicon,
      structure: { lattice, atoms: [atoms[0], { element: "Al", position: [-0.125, -0.125, -0.125] }] },
    },
    /odd number of electrons.* 7 electrons.*smearing/,
  ],
  [
    "more bands than plane waves",
    { ...silicon, bands: 5000 },
    /bands: .*at most the \d+ plane waves.* got 5000; lower bands or raise ecut/,
  ],
  ["fewer bands than electrons need", { ...silicon, bands: 2 }, /bands: .*at least 4 for 8 electrons, got 2/],
  ["absurd cutoff", { ...silicon, ecut: 9000 }, /must fit into .* GiB.*estimate of [\d.]+ GiB.*lower ecut/],
  [
    "absurd grid",
    { ...silicon, fftSize: [5000, 5000, 5000] },
    /must fit into .* GiB.*estimate of [\d.e+]+ GiB/,
  ],
  [
    "grid too small for the plane waves",
    { ...silicon, fftSize: [4, 4, 4] },
    /fftSize: .*plane waves.*\[4, 4, 4\].*null/,
  ],
  ["misspelt field", { ...silicon, ecutt: 5 }, /unknown field ecutt \(did you mean ecut\?\)/],
];

for (const [what, job, line] of cases)
  test(`${what}: one clear line and exit code 2`, async () => {
    writeFileSync(join(cwd, "job.json"), JSON.stringify(job));
    const host = fakeHost({ cwd, isReal: true });
    expect(await runProgram(["scf", "job.json", "--threads", "1"], host)).toBe(2);
    const lines = host.written.stderr.trim().split("\n");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(line);
  });
