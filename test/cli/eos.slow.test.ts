import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import type { EosFile } from "../../src/job/tasks/eos/eos-result.ts";
import { SILICON } from "../systems.ts";
import { fakeHost } from "./fake-host.ts";

const cwd = mkdtempSync(join(tmpdir(), "stillwave-eos-"));
afterAll(() => rmSync(cwd, { recursive: true }));
writeFileSync(join(cwd, "si.json"), JSON.stringify({ ...SILICON, ecut: 5 }));
writeFileSync(join(cwd, "gamma.json"), JSON.stringify({ ...SILICON, ecut: 6, kgrid: [1, 1, 1] }));
const eos = async (words: string, job = "si.json") => {
  const host = fakeHost({ cwd, isReal: true });
  const code = await runProgram(["eos", job, ...words.split(" "), "--threads", "1"], host);
  return { code, ...host.written };
};
const read = () => JSON.parse(readFileSync(join(cwd, "si.eos.json"), "utf8")) as EosFile;

test("silicon: a table, the volume of lowest energy, a picture, and a file to go on with", async () => {
  const { code, stdout, stderr } = await eos("--range 20 --points 5 --plot e.svg");
  expect(code, stderr).toBe(0);
  const file = read();
  expect(file.complete).toBe(true);
  expect(file.points.map(({ volume }) => volume / file.volume)).toEqual(
    [0.8, 0.9, 1, 1.1, 1.2].map((x) => expect.closeTo(x, 12)),
  );
  const { fit, lattice } = file;
  expect(lattice![0][1] / SILICON.structure.lattice[0]![1]!).toBeCloseTo(
    Math.cbrt(fit!.volume / file.volume),
    12,
  );
  expect(stdout).toMatch(
    /volume \(A\^3\) +energy \(Ha\) +above lowest \(meV\) +off the curve \(meV\) +pressure/,
  );
  expect(stdout).toContain(`bulk modulus ${(29421.0157563934 * fit!.bulkModulus).toFixed(2)} GPa`);
  expect(stdout).toContain("a higher ecut makes it smooth"); // 5 Ha are few
  const svg = readFileSync(join(cwd, "e.svg"), "utf8");
  expect(svg).toContain("Birch-Murnaghan");
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);

  // Volumes that are known are not computed again; those that are not, are.
  writeFileSync(join(cwd, "part.json"), JSON.stringify({ ...file, points: file.points.slice(0, 3) }));
  const again = await eos("--range 20 --points 5 --restart part.json");
  expect(again.code, again.stderr).toBe(0);
  expect(read().points.slice(0, 3)).toEqual(file.points.slice(0, 3));
  for (const [i, { energy }] of read().points.entries())
    expect(energy).toBeCloseTo(file.points[i]!.energy, 8);
  expect(again.stderr.match(/A\^3: /g)).toHaveLength(2);

  // Far from the minimum there is no curve, which is said.
  const far = await eos("--range 1 --points 5", "gamma.json");
  expect(far.stdout).toContain("the energy has no minimum within 1 % of the volume: it lies at a larger one");
});

test.each([
  ["--points 4", /--points: must be a whole number of volumes from 5 to 101, got 4; 7 is usual/],
  ["--range 50", /--range: must be a percentage above 0 and at most 30, got 50; 6 is usual/],
  ["--restart si.json", /restart: must be a file that an equation of state wrote, got something else/],
])("%s is wrong input", async (words, message) => {
  const { code, stderr } = await eos(words);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd()).not.toContain("\n");
});
