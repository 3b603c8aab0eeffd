import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import type { EnergyBounds } from "../../src/job/tasks/scf/energy-bars/energy-bars.ts";
import { fakeHost } from "./fake-host.ts";

const cwd = mkdtempSync(`${tmpdir()}/stillwave-bounds-`);
afterAll(() => rmSync(cwd, { recursive: true }));

const BOUNDS: EnergyBounds = {
  lower: -5.4240106,
  upper: -5.4240104,
  guaranteed: true,
  parts: { bands: 1e-7, density: 1e-7, ions: 1e-10 },
  kpoints: 8,
  assumptions: [],
};

// Seen red: a bound of the density of another run, printed without saying whose, rounded to nearest.
test("a bound of a density names the density, which is not that of the run, and is rounded up", async () => {
  const words = ["scf", "silicon", "--error-bars"];
  const host = fakeHost({ cwd, run: async () => ({ energyBounds: BOUNDS }) });
  expect(await runProgram(words, host)).toBe(0);
  expect(host.written.stdout).toMatch(/proved +\[-5\.4240.*\] Ha hold the energy in the infinite basis/);
  expect(host.written.stdout).not.toContain("is off by");
  expect(host.seen.options).not.toHaveProperty("onCertificate");
  const energyBounds = { ...BOUNDS, certificateDensity: { ecut: 40, error: 1.41e-3 } };
  const certified = fakeHost({ cwd, run: async () => ({ energyBounds }) });
  expect(await runProgram([...words, "--certificate", "energy.jsonl"], certified)).toBe(0);
  expect(certified.written.stdout).toContain(
    "the density of the certificate's potential, found at 40 Ha, is off by at most 1.5e-3 in the Coulomb norm",
  );
  expect(certified.seen.options).toHaveProperty("onCertificate");
});

test("levels of the self-consistent operator are printed, rounded outwards, a line for each k-point", async () => {
  const levels = [
    { k: [0, 0, 0] as const, bands: [{ index: 1, lower: 0.19201, upper: 0.19349 }] },
    { k: [0, 0, 0.25] as const, bands: [{ index: 1, lower: 0.2411, upper: 0.2432 }] },
  ];
  const host = fakeHost({ cwd, run: async () => ({ energyBounds: { ...BOUNDS, levels } }) });
  expect(await runProgram(["scf", "silicon", "--error-bars"], host)).toBe(0);
  expect(host.written.stdout).toContain("levels of the self-consistent operator, in at most 2.1e-3 Ha each:");
  expect(host.written.stdout).toMatch(
    /k = \[0, 0, 0\]: \[0\.1920, 0\.1935\] Ha\n +k = \[0, 0, 0\.25\]: \[0\.2410, 0\.2433\] Ha/,
  );
});
