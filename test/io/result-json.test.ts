import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import { resultText, writeResult } from "../../src/io/result-json.ts";

const folder = mkdtempSync(join(tmpdir(), "stillwave-result-"));
afterAll(() => rmSync(folder, { recursive: true }));

const { normal } = random(3);
const row = (step: number) => ({
  step,
  energy: normal(),
  densityResidual: normal() ** 2,
  damping: 0.8,
  seconds: 0.1,
  hamiltonianApplications: 7,
});
const result = {
  warnings: [],
  resources: { wallSeconds: 1.5, threads: 1, backend: "wasm" },
  planeWaves: [51, 52],
  fftSize: [20, 20, 20],
  history: [row(1), row(2)],
  kpoints: [{ k: [0, 1 / 3, 0.1], weight: 1, eigenvalues: [normal(), normal()], occupations: [2, 0] }],
  later: { unknown: 1 },
  energies: { entropy: -1e-7, kinetic: normal(), total: -7.9 / 3 },
  electrons: 2,
  fermiLevel: undefined,
  iterations: 2,
  status: "converged",
  converged: true,
  job: { ecut: 10 },
  stillwave: "0.1.0",
};

test("every number of a result file comes back as the same double", () => {
  const { fermiLevel: _, ...present } = result;
  expect(JSON.parse(resultText(result))).toEqual(present);
});

test("the order of the keys does not depend on the order in which they were made", () => {
  const backwards = Object.fromEntries(Object.entries(result).reverse());
  expect(resultText(backwards)).toBe(resultText(result));
  const back = JSON.parse(resultText(result)) as typeof result;
  expect(Object.keys(back)).toEqual([
    ...[
      "stillwave",
      "job",
      "converged",
      "status",
      "iterations",
      "energies",
      "electrons",
      "kpoints",
      "history",
    ],
    ...["fftSize", "planeWaves", "resources", "warnings", "later"],
  ]);
  expect(Object.keys(back.energies)).toEqual(["total", "kinetic", "entropy"]);
});

test("each SCF step stands on a line of its own", () => {
  const lines = resultText(result).split("\n");
  expect(lines.filter((line) => line.includes('"densityResidual"')).length).toBe(2);
});

test("a number that is not finite is never written", () => {
  expect(() => resultText({ ...result, electrons: Number.NaN })).toThrow(
    /bug: result file: electrons is NaN/,
  );
  expect(() => resultText({ ...result, energies: { total: Number.POSITIVE_INFINITY } })).toThrow(
    /energies \(total\) is Infinity/,
  );
});

test("a result file is written whole, in place of the old one", async () => {
  const path = join(folder, "result.json");
  await writeResult(path, { stillwave: "old" });
  await writeResult(path, result);
  expect(readFileSync(path, "utf8")).toBe(resultText(result));
  expect(readdirSync(folder)).toEqual(["result.json"]);
});
