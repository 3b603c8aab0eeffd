import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { afterAll, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { errorPartsSvg } from "../../src/plot/error-parts.ts";
import { ALUMINIUM } from "../systems.ts";
import { fakeHost } from "./fake-host.ts";

const cwd = mkdtempSync(join(tmpdir(), "stillwave-errors-"));
afterAll(() => rmSync(cwd, { recursive: true }));
const job = { ...ALUMINIUM, ecut: 2.5, stress: true, title: "aluminium" };
writeFileSync(join(cwd, "al.json"), JSON.stringify(job));
writeFileSync(join(cwd, "point.json"), JSON.stringify({ ...job, kgrid: [1, 1, 1] }));

test("the errors are a table with all parts, their sum, and reasons where there is no estimate", async () => {
  const host = fakeHost({ cwd, isReal: true });
  const words = ["scf", "al.json", "--threads", "1", "--plot-errors", "e.svg", "--out", "al.out.json"];
  expect(await runProgram(words, host)).toBe(0);
  const { stdout } = host.written;
  expect(stdout).toMatch(
    /estimated errors +free energy \(meV\) +largest force \(meV\/A\) +stress, row \(GPa\)/,
  );
  const { errors } = JSON.parse(readFileSync(join(cwd, "al.out.json"), "utf8"));
  const meV = 27211.386245981;
  for (const [name, part] of [
    ["basis", "basis"],
    ["k-points", "kpoints"],
    ["smearing", "smearing"],
  ] as const) {
    // biome-ignore format: pairs
    const [, value] = new RegExp(`\n${name} +(-?[\\d.]+)`).exec(stdout)!;
    expect(Number(value) / (meV * errors.parts[part].energy.error)).toBeCloseTo(1, 2);
  }
  for (const name of ["SCF", "eigensolver", "rounding"])
    expect(stdout).toMatch(new RegExp(`\n${name} +[\\d-]`));
  expect(stdout).toMatch(new RegExp(`\nsum of moduli +${Math.round(meV * errors.total.energy.sum)} `));
  expect(stdout).toContain(`corrected free energy   ${errors.total.energy.corrected.toFixed(10)} Ha`);
  const GPa = 29421.02648438959;
  const [, stress] = /\nk-points +\S+ +\S+ +([\d.]+)/.exec(stdout)!;
  expect(Number(stress) / (GPa * errors.kpoints.stress.error)).toBeCloseTo(1, 2);
  expect(stdout).toMatch(/not estimated: rounding of forces, rounding of stress: /);
  const picture = readFileSync(join(cwd, "e.svg"), "utf8");
  expect(picture).toMatch(/k-points[\s\S]*estimated error of the free energy \(meV\)[\s\S]*not estimated/);
});

test("one k-point has no estimate of its part, and says how to get it", async () => {
  const host = fakeHost({ cwd, isReal: true });
  expect(await runProgram(["scf", "point.json", "--threads", "1", "--errors"], host)).toBe(0);
  expect(host.written.stdout).toMatch(/\nk-points +- +- +-\n/);
  expect(host.written.stdout).toMatch(
    /not estimated: k-points of energy, .*: one k-point has no grid .*; compare with a run of kgrid 2,2,2/,
  );
});

test("converge --errors has a column of what each run says of itself, near the true error", async () => {
  const host = fakeHost({ cwd, isReal: true });
  const words = ["converge", "al.json", "--threads", "1", "--kgrid", "2,4", "--errors", "--out", "c.json"];
  expect(await runProgram(words, host)).toBe(0);
  expect(host.written.stdout).toMatch(/error \(meV\/atom\) +estimated \(meV\/atom\)/);
  const [fine, coarse] = JSON.parse(readFileSync(join(cwd, "c.json"), "utf8")).runs;
  // The error of the basis is the same in both, but for sums of moduli.
  expect((coarse.estimate - fine.estimate) / coarse.error.energy).toBeGreaterThan(0.5);
  expect(coarse.estimate).toBeGreaterThan(fine.estimate);
});

test("bars of a picture grow with the logarithm, parts without a value say so, and zeros are refused", async () => {
  const parts = [1, 10, 100, undefined].map((error, i) => ({ name: `part ${i}`, error }));
  const svg = await errorPartsSvg([{ quantity: "energy (meV)", parts }], { title: "a crystal" });
  const { document } = parseHTML(`<!doctype html><html><body>${svg}</body></html>`);
  const widths = [...document.querySelectorAll('[aria-label="bar"] rect')].map((bar) =>
    Number(bar.getAttribute("width")),
  );
  expect(widths.length).toBe(3);
  expect(widths[2]! - widths[1]!).toBeCloseTo(widths[1]! - widths[0]!, 6);
  expect(svg).toMatch(/a crystal[\s\S]*not estimated/);
  await expect(errorPartsSvg([{ quantity: "energy", parts: [{ name: "a", error: 0 }] }])).rejects.toThrow(/an error other than zero/); // biome-ignore format: a row
});
