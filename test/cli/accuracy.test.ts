import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import type { ResultFile } from "../../src/job/tasks/scf/result.ts";
import { fakeHost } from "./fake-host.ts";

const round = {
  purpose: "basis",
  ecut: 10,
  kgrid: [2, 2, 2],
  status: "converged",
  iterations: 5,
  hamiltonianApplications: 342,
  kpoints: 3,
  planeWaves: 180,
  residual: 1e-4,
  seconds: 1.25,
  energy: -7.8,
  basis: { energy: 2e-4 },
  doubt: "the response did not converge",
} as const;
const accuracy = {
  asked: { energy: 3.67e-5 },
  text: "1meV/atom",
  status: "not-reached",
  reason: "the k-grid 46x46x46 is the finest tried",
  settings: { ecut: 20, kgrid: [4, 4, 4], densityTolerance: 3e-4 },
  bands: { held: 7, filled: 4 },
  errors: {
    energy: { asked: 3.67e-5, error: 7e-5, parts: { basis: 4e-5, kpoints: 3e-5, smearing: 1e-5 } },
    forces: { parts: { basis: 1e-4 } },
  },
  rounds: [round],
} as const satisfies ResultFile["accuracy"];

test("an accuracy that is not reached is exit code 3, with rounds, parts and the reason", async () => {
  const host = fakeHost({ run: async () => ({ accuracy, warnings: [] }) });
  expect(await runProgram(["scf", "silicon", "--accuracy", "1meV/atom"], host)).toBe(3);
  expect(host.seen.options).toMatchObject({ accuracy: "1meV/atom" });
  const { stdout, stderr } = host.written;
  expect(stdout).toContain("NOT reached (not-reached): the k-grid 46x46x46 is the finest tried");
  expect(stdout).toMatch(/basis +10 +2x2x2 +3 +-7\.80000000 +5\.44\? +5 +342 +1\.3/);
  expect(stdout).toMatch(/sum of what counts +1\.90 +- +-/); // forces lack parts
  expect(stdout).toMatch(/asked for +0?1\.00|asked for +0\.999/);
  expect(stdout).toContain("does not count; the energy at width 0 is asked for with T=0");
  expect(stderr).toContain("accuracy 1meV/atom not reached: the k-grid 46x46x46 is the finest tried");
});

test("one that is reached is exit code 0, and in the result file as it is", async () => {
  const { reason: _, ...reached } = { ...accuracy, status: "reached" as const };
  const host = fakeHost({ run: async () => ({ accuracy: reached, warnings: [] }) });
  expect(await runProgram(["scf", "silicon", "--accuracy", "1meV/atom", "--json"], host)).toBe(0);
  expect(JSON.parse(host.written.stdout).accuracy).toEqual(reached);
});

test("what is no accuracy is refused before anything runs", async () => {
  const host = fakeHost();
  expect(await runProgram(["scf", "silicon", "--accuracy", "1 furlong"], host)).toBe(2);
  expect(host.written.stderr).toMatch(
    /^stillwave: --accuracy: must be errors with units, .*, got 1 furlong; such as 1meV\/atom or .*\n$/,
  );
  expect(host.seen.job).toBeUndefined();
});

test("with an accuracy a structure file stands for its job; without one it is no job", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "stillwave-accuracy-"));
  try {
    const lines = [
      "Si",
      "1.0",
      "0 2.7 2.7",
      "2.7 0 2.7",
      "2.7 2.7 0",
      "Si",
      "2",
      "Direct",
      "0 0 0",
      "0.25 0.25 0.25",
    ];
    writeFileSync(join(cwd, "Si.poscar"), `${lines.join("\n")}\n`);
    const host = fakeHost({ cwd });
    expect(await runProgram(["scf", "Si.poscar", "--accuracy", "1meV/atom"], host)).toBe(0);
    expect(host.seen.job).toMatchObject({
      structure: { file: "Si.poscar" },
      pseudopotentials: "gth-lda",
      functional: "lda-pw92",
    });
    expect(host.written.stdout).toContain("cutoff and k-grid for 1meV/atom");
    expect(await runProgram(["scf", "Si.poscar"], fakeHost({ cwd }))).toBe(2);
  } finally {
    rmSync(cwd, { recursive: true });
  }
});
