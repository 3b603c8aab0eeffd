import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { fakeHost } from "./fake-host.ts";
import { SILICON_JOB } from "./one-silicon.ts";

const root = mkdtempSync(join(tmpdir(), "stillwave-cli-"));
afterAll(() => rmSync(root, { recursive: true }));
let cwd = root;
beforeEach(() => {
  cwd = mkdtempSync(join(root, "run-"));
  writeFileSync(join(cwd, "si.json"), JSON.stringify(SILICON_JOB));
});

test("draws density, potential and times of a real run, on the plane asked for", async () => {
  const host = fakeHost({ cwd, isReal: true });
  const job = JSON.parse(readFileSync(join(cwd, "si.json"), "utf8")) as object;
  writeFileSync(join(cwd, "metal.json"), JSON.stringify({ ...job, temperature: 0.01 }));
  const words =
    "scf metal.json --threads 1 --plot-density d.svg --plot-potential v.svg --plot-times t.svg --slice ab@0.25";
  expect(await runProgram(words.split(" "), host)).toBe(0);
  const text = (name: string) => readFileSync(join(cwd, name), "utf8");
  expect(text("d.svg")).toContain("plane c = 0.25");
  expect(text("v.svg")).toContain("Fermi level");
  expect(text("t.svg")).toMatch(/transforms \d+ %/);
  expect(host.written.stderr).toContain("plot: t.svg\nplot: d.svg\nplot: v.svg\n");
});
