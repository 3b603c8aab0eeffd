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
