import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dielectricSummary } from "../../src/cli/output/dielectric-summary.ts";
import { runProgram } from "../../src/cli/program.ts";
import type { DielectricFile } from "../../src/job/tasks/dielectric/dielectric-result.ts";
import { SILICON } from "../systems.ts";
import { fakeHost, interruptedAt } from "./fake-host.ts";

const cwd = mkdtempSync(join(tmpdir(), "stillwave-dielectric-"));
writeFileSync(join(cwd, "si.json"), JSON.stringify({ ...SILICON, title: "tiny silicon" }));

const at = (label: string, text: string): number => {
  const row = text.split("\n").find((line) => line.startsWith(label));
  return Number(/\d+\.\d+/.exec(row?.slice(28) ?? "")?.[0]);
};

test("dielectric prints eigenvalues, condition and rates, and writes the same numbers and a picture", async () => {
  const host = fakeHost({ cwd });
  const words = [
    "dielectric",
    "si.json",
    "--mixing",
    "kerker",
    "--threads",
    "1",
    "--out",
    "d.json",
    "--plot",
    "d.svg",
  ];
  expect(await runProgram(words, host)).toBe(0);
  const { stdout } = host.written;
  const file = JSON.parse(readFileSync(join(cwd, "d.json"), "utf8")) as DielectricFile;
  expect(stdout).toContain("tiny silicon");
  expect(stdout).toContain("P of kerker(kTF=0.8)");
  expect(file.job.scf.mixing.name).toBe("auto"); // the ground state has the job's own
  expect(file.mixing).toEqual({ name: "kerker", kTF: 0.8 });
  expect(file.converged).toBe(true);
  const [low, high] = [file.smallest!.value, file.largest!.value];
  expect(low).toBeGreaterThan(0.3);
  expect(high).toBeGreaterThan(low);
  expect(at("smallest eigenvalue", stdout)).toBeCloseTo(low, 4);
  expect(at("largest eigenvalue", stdout)).toBeCloseTo(high, 4);
  expect(at("condition number", stdout)).toBeCloseTo(high / low, 3);
  expect(at("optimal damping", stdout)).toBeCloseTo(2 / (low + high), 3);
  expect(at("damped, optimal damping", stdout)).toBeCloseTo((high - low) / (high + low), 3);
  expect(at("observed, α", stdout)).toBeCloseTo(file.observed!.rate!, 3);
  expect(file.modes!.largest.length).toBe(file.modes!.smallest.length);
  expect(Math.max(...file.modes!.largest.map(Math.abs))).toBeGreaterThan(1e-4);
  const svg = readFileSync(join(cwd, "d.svg"), "utf8");
  expect(svg).toMatch(/^<svg/);
  expect(svg).toContain(`largest eigenvalue ${high.toFixed(3)}`);
  expect(svg).toContain("position along the long axis (bohr)");
});

test("--json prints the file alone, and --steps 0 leaves the damped iteration out", async () => {
  const host = fakeHost({ cwd });
  expect(await runProgram(["dielectric", "si.json", "--json", "--steps", "0", "--threads", "1"], host)).toBe(
    0,
  );
  const file = JSON.parse(host.written.stdout) as DielectricFile;
  expect(file.mixing.name).toBe("auto");
  expect(file.observed).toBeUndefined();
  expect(file.arnoldi!.steps).toBeGreaterThan(5);
});

test("wrong options are refused with 2 before anything runs", async () => {
  for (const [words, message] of [
    [["--mixing", "kerkr"], /--mixing: must be one of .*kerker.*, got kerkr \(did you mean kerker\?\)/],
    [["--steps", "-1"], /--steps: must be a whole number from 0 to 10000, got -1/],
    [["--steps", ""], /--steps: must be a whole number/],
    [["--threads", "0"], /--threads: must be a whole number/],
    [["--plot", "nowhere/d.svg"], /--plot: /],
  ] as const) {
    const host = fakeHost({ cwd });
    expect(await runProgram(["dielectric", "si.json", ...words], host)).toBe(2);
    expect(host.written.stderr).toMatch(message);
    expect(host.written.stdout).toBe("");
  }
});

test("a job without a ground state ends with 3, and the file says why", async () => {
  writeFileSync(join(cwd, "short.json"), JSON.stringify({ ...SILICON, scf: { maxIterations: 2 } }));
  const host = fakeHost({ cwd });
  expect(
    await runProgram(["dielectric", "short.json", "--threads", "1", "--out", "short.out.json"], host),
  ).toBe(3);
  expect(host.written.stderr).toMatch(
    /not converged: there is no ground state: the limit was reached after 2 steps/,
  );
  expect(host.written.stdout).toMatch(/no analysis: there is no ground state/);
  expect(JSON.parse(readFileSync(join(cwd, "short.out.json"), "utf8"))).toMatchObject({ converged: false });
});

test("an iteration that must diverge is called so", () => {
  const file = {
    preconditioner: "simple",
    smallest: { value: 0.9, residual: 1e-3 },
    largest: { value: 20, residual: 1e-12 },
    jobDamping: { damping: 0.8, dampedRate: 15 },
    resources: { wallSeconds: 1, threads: 1, backend: "wasm" },
    warnings: [],
  } as unknown as DielectricFile; // the fields the summary reads
  const text = dielectricSummary(file, fakeHost().stdout);
  expect(text).toMatch(/damped, α = 0.8 +15\.0000 {2}diverges/);
  expect(text).toMatch(/largest eigenvalue +20\.00000 {2}residual below 1e-6/);
  expect(text).toContain("no damping makes the plain iteration converge");
});

test("Ctrl-C during the products ends them, with the eigenvalues so far, and keeps the ground state", async () => {
  const host = fakeHost({ cwd });
  const words = ["dielectric", "si.json", "--threads", "1"];
  expect(await runProgram(words, interruptedAt(host, "product 3"))).toBe(3);
  expect(host.written.stderr).toContain("interrupted: stopping at the next safe point");
  expect(host.written.stderr).toMatch(/not converged:.* interrupted after 3 products with the operator\n/);
  expect(host.written.stdout).toMatch(/smallest eigenvalue +0\.\d+/);
  const again = fakeHost({ cwd });
  expect(await runProgram([...words, "--restart", "si.checkpoint.json"], again)).toBe(0);
  const steps = (text: string) => text.match(/ +\d+ +-7\.\d{10} /g)!.length;
  expect(steps(again.written.stderr)).toBeLessThan(steps(host.written.stderr) / 2);
});

test("Ctrl-C during the damped iteration is told, and leaves what the next run goes on with", async () => {
  const host = fakeHost({ cwd });
  const words = ["dielectric", "si.json", "--threads", "1", "--checkpoint", "c.json", "--out", "c.out.json"];
  const fileOf = () => JSON.parse(readFileSync(join(cwd, "c.out.json"), "utf8")) as DielectricFile;
  expect(await runProgram(words, interruptedAt(host, "damped iteration: step 3"))).toBe(3);
  expect(host.written.stderr).toMatch(/the damped iteration was interrupted after \d steps/);
  expect(host.written.stdout).toMatch(/observed, α.*interrupted/);
  expect(fileOf().observed!.interrupted).toBe(true);
  expect(existsSync(join(cwd, "c.json.dielectric.pieces"))).toBe(true);
  const before = fileOf().observed!.residuals;
  expect(await runProgram([...words, "--restart", "c.json"], fakeHost({ cwd }))).toBe(0);
  expect(fileOf().observed!.interrupted).toBeUndefined();
  expect(fileOf().observed!.residuals.slice(0, before.length)).toEqual(before);
  expect(existsSync(join(cwd, "c.json.dielectric.pieces"))).toBe(false);
});
