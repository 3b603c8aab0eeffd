import { expect, test } from "vitest";
import { bytes, duration } from "../../src/cli/commands/estimate.ts";
import { runProgram } from "../../src/cli/program.ts";
import { fakeHost } from "./fake-host.ts";

test("estimate tells sizes, memory and time with their units", async () => {
  const host = fakeHost();
  expect(await runProgram(["estimate", "silicon", "--threads", "1"], host)).toBe(0);
  const { stdout } = host.written;
  expect(stdout).toMatch(/k-points +8, of 64 in the whole grid\n/);
  expect(stdout).toMatch(/plane waves +\d+ to \d+\n/);
  expect(stdout).toMatch(/memory +about \d+ MiB of [\d.]+ GiB, most of it for /);
  expect(stdout).toMatch(/one SCF step +about [\d.]+ (s|min)/);
  const json = fakeHost();
  expect(await runProgram(["estimate", "silicon", "--json"], json)).toBe(0);
  expect(JSON.parse(json.written.stdout)).toMatchObject({ kpoints: 8, electrons: 8 });
});

// Seen red: with the law of a power the cutoff of silicon was 67.5 Ha.
test("estimate tells what a run for an accuracy is expected to choose", async () => {
  const host = fakeHost();
  expect(await runProgram(["estimate", "silicon", "--accuracy", "1meV/atom"], host)).toBe(0);
  const { stdout } = host.written;
  expect(stdout).toMatch(/cutoff and k-grid for 1meV\/atom/);
  expect(stdout).toMatch(
    /^about ecut (2\d|3\d)(\.5)? Ha, k-grid (\d+)x\1?.* of processor time with all runs/m,
  );
  expect(stdout).toMatch(/^ten systems took [\d.]+ to [\d.]+ times what is said here/m);
  const json = fakeHost();
  expect(await runProgram(["estimate", "silicon", "--accuracy", "0.1meV/atom", "--json"], json)).toBe(0);
  const finer = JSON.parse(json.written.stdout);
  expect(finer.accuracy.settings.ecut).toBeGreaterThan(32);
  expect(finer.accuracy.processorSeconds).toBeGreaterThan(0);
  expect(finer.kgrid).toEqual(finer.accuracy.settings.kgrid);
  const forces = fakeHost();
  expect(await runProgram(["estimate", "silicon", "--accuracy", "0.01eV/A"], forces)).toBe(2);
  expect(forces.written.stderr).toMatch(/accuracy: must hold an energy for a prediction, got 0.01eV\/A/);
});

test("estimate refuses a fixed Hamiltonian and wrong jobs like scf does", async () => {
  const host = fakeHost();
  expect(await runProgram(["estimate", "cohen-bergstresser"], host)).toBe(2);
  expect(host.written.stderr).toMatch(/hamiltonian: must be kohn-sham/);
});

test("durations and sizes are rounded to what a person needs", () => {
  expect([0.0312, 3.1213, 59.6, 200, 7500].map(duration)).toEqual([
    "0.031 s",
    "3.1 s",
    "60 s",
    "3 min",
    "2 h 5 min",
  ]);
  expect([1, 3e8, 5e9].map(bytes)).toEqual(["1 MiB", "286 MiB", "4.66 GiB"]);
});
