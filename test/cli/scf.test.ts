import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { InputError } from "../../src/common/failure.ts";
import { readCheckpoint, writeCheckpoint } from "../../src/io/checkpoint.ts";
import type { RunOptions } from "../../src/job/prepare/prepare-scf.ts";
import { type FakeHost, fakeHost, historyRow } from "./fake-host.ts";
import { ONE_SILICON, SILICON_JOB } from "./one-silicon.ts";

const root = mkdtempSync(join(tmpdir(), "stillwave-cli-"));
afterAll(() => rmSync(root, { recursive: true }));
let cwd = root;
beforeEach(() => {
  cwd = mkdtempSync(join(root, "run-"));
  writeFileSync(join(cwd, "si.json"), JSON.stringify(SILICON_JOB));
});

const SMALL = { ...ONE_SILICON, ecut: 3 };

const scf = (words: string, host: FakeHost) => runProgram(["scf", ...words.split(" ")], host);
const twoSteps = async (options: RunOptions) => {
  options.onProgress?.({ step: 1, phase: "diagonalise", done: 2, total: 3 });
  options.onStep?.(historyRow(1));
  options.onProgress?.({ step: 2, phase: "density", done: 3, total: 3 });
  options.onStep?.(historyRow(2));
  return {};
};
const unfinished = { converged: false, status: "iteration-limit", reason: "the limit of 2 steps" } as const;

test("a run for a person has a row for each step and a summary on stdout, warnings on stderr", async () => {
  const host = fakeHost({ cwd, run: twoSteps });
  expect(await scf("si.json", host)).toBe(0);
  const { stdout, stderr } = host.written;
  expect(stdout).toMatch(/step +free energy \(Ha\) +log10 \|dE\| +log10 resid\./);
  expect(stdout).toMatch(
    /\n +1 +-8\.0000000000 +-1\.00 +0\.80 +40 +0\.25\n +2 +-7\.9100000000 +-1\.05 +-2\.00 +0\.80 +80/,
  );
  expect(stdout).toMatch(/converged in 3 steps/);
  expect(stdout).toMatch(/kinetic +3\.0000000000 +81\.634159/);
  expect(stdout).toMatch(/Fermi level +0\.25000000 Ha = 6\.802847 eV/);
  expect(stdout).toMatch(/1 Si +0\.00000000 +0\.50000000/); // no -0.00000000
  expect(stdout).not.toContain("\u001b");
  expect(stdout).not.toContain("⠉");
  expect(stderr).toBe("warning: mind the gap\n");
});

test("a terminal gets progress that is wiped before each row, colours, and a picture at the end", async () => {
  const host = fakeHost({ cwd, run: twoSteps, isTerminal: true });
  await scf("si.json", host);
  expect(host.written.stderr).toContain("step 1: diagonalising, k-point 2/3");
  expect(host.written.stderr.split("\r\u001b[2K").length - 1).toBe(4); // twice shown, twice wiped
  expect(host.written.stdout).toContain("\u001b[32mconverged");
  expect(host.written.stdout).toMatch(/log10 of the density residual .*\n *-1 ┤⠉/);
});

test("--json prints the result file and nothing else to stdout", async () => {
  const host = fakeHost({ cwd, run: twoSteps });
  expect(await scf("si.json --json", host)).toBe(0);
  expect(JSON.parse(host.written.stdout)).toMatchObject({ converged: true, energies: { total: -7.9 } });
  expect(host.written.stderr).toMatch(/ 2 +-7\.91/);
  expect(host.written.stderr).toContain("warning: mind the gap");
});

test("--out and --plot write their files", async () => {
  const host = fakeHost({ cwd });
  expect(await scf("si.json --out a.json --plot a.svg", host)).toBe(0);
  expect(JSON.parse(readFileSync(join(cwd, "a.json"), "utf8"))).toMatchObject({ iterations: 3 });
  expect(readFileSync(join(cwd, "a.svg"), "utf8")).toMatch(/^<svg xmlns/);
});

test("a run that does not converge still writes its result, and returns 3", async () => {
  const host = fakeHost({ cwd, run: () => Promise.resolve(unfinished) });
  expect(await scf("si.json --out a.json", host)).toBe(3);
  expect(JSON.parse(readFileSync(join(cwd, "a.json"), "utf8"))).toMatchObject(unfinished);
  expect(host.written.stdout).toContain("NOT converged after 3 steps: the limit of 2 steps");
  expect(host.written.stderr).toContain("not converged: the limit of 2 steps");
});

test("a run that does not converge says in which guide there is more", async () => {
  const diagnosis = { cause: "charge oscillates", remedy: "another mixing" };
  const host = fakeHost({ cwd, run: () => Promise.resolve({ ...unfinished, diagnosis }) });
  expect(await scf("si.json", host)).toBe(3);
  const [, path] = /^cause: charge oscillates\nremedy: another mixing\nmore: (.*)$/m.exec(
    host.written.stdout,
  )!;
  expect(readFileSync(path!, "utf8")).toMatch(/^# When the self-consistent field does not converge\n/);
});

test("Ctrl-C asks the run to stop; its state and result are written, and 3 is returned", async () => {
  const run = async (options: RunOptions, host: FakeHost) => {
    expect(options.signal!.aborted).toBe(false);
    host.interrupt();
    expect(options.signal!.aborted).toBe(true);
    await options.checkpoint?.({ rho: Float64Array.of(1, 2) } as never); // the command does not look into it
    return { converged: false, status: "interrupted", reason: "interrupted after 1 step" } as const;
  };
  const host = fakeHost({ cwd, run });
  expect(await scf("si.json --out a.json", host)).toBe(3);
  expect(JSON.parse(readFileSync(join(cwd, "a.json"), "utf8")).status).toBe("interrupted");
  expect(await readCheckpoint(join(cwd, "a.checkpoint.json"))).toMatchObject({ rho: Float64Array.of(1, 2) });
  expect(host.written.stderr).toContain("continue with --restart a.checkpoint.json");
});

test.each(["", " --checkpoint b.json"])(
  "Ctrl-C pressed twice writes the state in memory before it leaves%s",
  async (words) => {
    const name = words === "" ? "a.checkpoint.json" : "b.json";
    const state = (step: number) => ({ rho: Float64Array.of(step, 2) }) as never; // the command does not look into it
    const run = async (options: RunOptions, host: FakeHost) => {
      await options.checkpoint?.(state(1));
      const writing = options.checkpoint?.(state(2)); // its file is not there yet
      host.interrupt();
      host.interrupt(); // the process would end now
      const found = readFileSync(join(cwd, name), "utf8");
      await Promise.resolve(writing).catch(() => {});
      writeFileSync(join(cwd, "found.json"), found);
      return {};
    };
    const host = fakeHost({ cwd, run });
    await scf(`si.json --out a.json${words}`, host);
    expect(await readCheckpoint(join(cwd, "found.json"))).toMatchObject(state(2));
    expect(host.written.stderr).toContain(`continue with --restart ${name}`);
  },
);

test.each([
  ["--out a.json", true],
  ["--checkpoint c.json", true],
  ["--plot-times t.svg", true],
  ["--json --threads 1", undefined],
])(
  "the process outlives the reader of its output where files are written: %s",
  async (words, writesFiles) => {
    const host = fakeHost({ cwd, isReal: false });
    await scf(`si.json ${words}`, host);
    expect(host.told.files).toBe(writesFiles);
  },
);

test("--checkpoint keeps the state of every step, --restart hands it to the run", async () => {
  const states: unknown[] = [];
  const run = async (options: RunOptions) => {
    for (const step of [1, 2]) {
      await options.checkpoint?.({ step } as never);
      states.push(await readCheckpoint(join(cwd, "s.checkpoint.json")));
    }
    return {};
  };
  await scf("si.json --checkpoint s.checkpoint.json", fakeHost({ cwd, run }));
  expect(states).toMatchObject([{ step: 1 }, { step: 2 }]);
  await writeCheckpoint(join(cwd, "s.checkpoint.json"), { step: 7 });
  const host = fakeHost({ cwd });
  await scf("si.json --restart s.checkpoint.json", host);
  expect(host.seen.options!.restart).toEqual({ step: 7 });
});

test("--mixing changes the mixing alone, and keeps the parameters of the same name", async () => {
  const host = fakeHost({ cwd });
  await scf("si.json --mixing ldos", host);
  expect(host.seen.job).toMatchObject({ ecut: 15, scf: { mixing: { name: "ldos" } } });
  await scf("si.json --mixing kerker", host);
  expect(host.seen.job).toMatchObject({ scf: { mixing: { name: "kerker", kTF: 1.5 } } });
});

test("--threads and --backend reach the run, and files are read beside the job", async () => {
  const host = fakeHost({ cwd });
  await scf("si.json --threads 3 --backend native", host);
  expect(host.seen.options).toMatchObject({ threads: 3, backend: "native" });
  expect(JSON.parse(await host.seen.options!.readText!("si.json"))).toMatchObject({ ecut: 15 });
});

describe("JOB", () => {
  test("may be standard input", async () => {
    const host = fakeHost({ cwd, stdin: `\uFEFF${readFileSync(join(cwd, "si.json"), "utf8")}` });
    expect(await scf("-", host)).toBe(0);
    expect(host.seen.job).toMatchObject({ ecut: 15 });
  });

  test("may be a shipped job, unless a file has that name", async () => {
    const host = fakeHost({ cwd });
    expect(await scf("silicon", host)).toBe(0);
    expect(host.seen.job).toMatchObject({ title: "silicon, LDA" });
    writeFileSync(join(cwd, "silicon"), readFileSync(join(cwd, "si.json")));
    await scf("silicon", host);
    expect(host.seen.job).not.toHaveProperty("title");
  });
});

describe("wrong input returns 2 with one line on stderr and runs nothing", () => {
  test.each([
    ["scf silicn", /^stillwave: JOB: must be a file, .* got silicn \(did you mean silicon\?\); shipped are /],
    [
      "scf silicon.jsn",
      /^stillwave: JOB: must be a file, .* got silicon\.jsn, which is no file here; stillwave examples/,
    ],
    ["scf bad.json", /^stillwave: bad\.json: must be JSON, got .* at line 2, column 14\n$/],
    ["scf empty.json", /^stillwave: empty\.json: must be JSON, got nothing\n$/],
    ["scf wrong.json", /^stillwave: unknown field ectu \(did you mean ecut\?\); known/],
    ["scf si.json --mixing kreker", /^stillwave: --mixing: must be one of simple.*did you mean kerker/],
    ["scf si.json --threads 0", /^stillwave: --threads: must be a whole number/],
    ["scf si.json --threads two", /^stillwave: --threads: must be a whole number .* got two/],
    [
      "scf si.json --backend gpu",
      /^stillwave: option '--backend <NAME>' argument 'gpu' is invalid\. Allowed choices are wasm/,
    ],
    ["scf si.json --ecutt 3", /^stillwave: unknown option '--ecutt' \(Did you mean --ecut\?\)\n$/],
    ["scf si.json --thread 3", /^stillwave: unknown option '--thread' \(Did you mean --threads\?\)\n$/],
    [
      "scf si.json --out no/a.json",
      /^stillwave: --out: must be in a folder that can be written, got .*a\.json, it does not exist/,
    ],
    ["scf si.json --plot .", /^stillwave: --plot: must end in \.svg, \.png or \.pdf/],
    ["scf si.json --plot-density a.gif", /^stillwave: --plot-density: must end in \.svg, \.png or \.pdf/],
    ["scf si.json --slice xz", /^stillwave: --slice: must be two lattice vectors .* got xz; such as ca@0\.5/],
    ["scf si.json --restart si.json", /^stillwave: checkpoint: must be a stillwave checkpoint/],
    ["scf", /^stillwave: missing required argument 'JOB'; --help shows what there is, with examples\n$/],
    ["sfc si.json", /^stillwave: unknown command 'sfc' \(Did you mean scf\?\)\n$/],
    ["examples silicn", /^stillwave: NAME: must be a shipped job, got silicn \(did you mean silicon\?\)/],
  ])("%s", async (words, message) => {
    writeFileSync(join(cwd, "bad.json"), '{\n "ecut": 15, }\n');
    writeFileSync(join(cwd, "empty.json"), "\n");
    writeFileSync(join(cwd, "wrong.json"), '{ "ectu": 15 }');
    const host = fakeHost({ cwd });
    expect(await runProgram(words.split(" "), host)).toBe(2);
    expect(host.written.stderr).toMatch(message);
    expect(host.written.stderr.trimEnd()).not.toContain("\n");
    expect(host.written.stdout).toBe("");
    expect(host.seen).toEqual({});
  });
});

test("what a run refuses is wrong input; what breaks is an error with 1", async () => {
  const refused = fakeHost({ cwd, run: () => Promise.reject(new InputError("bands: too few")) });
  expect(await scf("si.json", refused)).toBe(2);
  expect(refused.written.stderr).toBe("stillwave: bands: too few\n");
  const broken = fakeHost({ cwd, run: () => Promise.reject(new Error("disk on fire")) });
  expect(await scf("si.json --out a.json", broken)).toBe(1);
  expect(broken.written.stderr).toBe("stillwave: disk on fire\n");
  expect(existsSync(join(cwd, "a.json"))).toBe(false);
});

test("settings of the command line take the place of the job's", async () => {
  const host = fakeHost({ cwd });
  expect(
    await scf("si.json --ecut 30 --kgrid 2,2,3 --set temperature=0.01 --set smearing=gaussian", host),
  ).toBe(0);
  expect(host.seen.job).toMatchObject({
    ecut: 30,
    kgrid: [2, 2, 3],
    temperature: 0.01,
    smearing: "gaussian",
  });
});

test.each([
  [
    "--set ecut",
    /^stillwave: --set: must be a field of the job file and its value, got ecut; such as scf\.damping=0\.5\n$/,
  ],
  ["--set ecu=5", /^stillwave: unknown field ecu \(did you mean ecut\?\)/],
  ["--ecut -1", /^stillwave: --ecut: must be a positive plane-wave cutoff in Ha, got -1; /],
  ["--kgrid 2,2", /^stillwave: --kgrid: must be three positive whole numbers, got 2,2; such as 4,4,4\n$/],
])("%s is wrong input", async (words, message) => {
  const host = fakeHost({ cwd });
  expect(await scf(`si.json ${words}`, host)).toBe(2);
  expect(host.written.stderr).toMatch(message);
});

describe("--check", () => {
  test("of a right result passes, and is in the result file and a line of the summary", async () => {
    const host = fakeHost({ cwd, isReal: true });
    writeFileSync(join(cwd, "metal.json"), JSON.stringify({ ...SMALL, temperature: 0.01 }));
    expect(await scf("metal.json --check --threads 2 --out r.json", host)).toBe(0);
    const { checks } = JSON.parse(readFileSync(join(cwd, "r.json"), "utf8"));
    expect(checks.length).toBeGreaterThanOrEqual(13);
    for (const { name, value, limit, passed } of checks)
      expect([name, passed, value <= limit]).toEqual([name, true, true]);
    expect(host.written.stdout).toMatch(/\nchecks +all \d+ passed, levels missed \(inertia count\): 0\n/);
    expect(host.written.stderr).not.toContain("check failed");
  });

  const failing = {
    checks: [
      { name: "orthonormality", value: 1e-15, limit: 1e-10, why: "rounding", passed: true, text: "fine" },
      { name: "levels missed (random search)", value: 2, limit: 0, why: "a search", passed: false, text: "2 levels missing" }, // biome-ignore format: one line
    ],
  };

  test("that fails is no success: a line for each, another verdict, exit code 1", async () => {
    const host = fakeHost({ cwd, run: async () => failing });
    expect(await scf("si.json --check --out r.json", host)).toBe(1);
    expect(host.written.stderr).toContain(
      "check failed: levels missed (random search): 2 levels missing; 2 where 0 is allowed (a search)\n",
    );
    expect(host.written.stderr.match(/check failed/g)).toHaveLength(1);
    expect(host.written.stdout).toMatch(/converged in 3 steps, but 1 of 2 checks failed\n/);
    expect(host.written.stdout).toMatch(
      /\nchecks +1 of 2 checks failed, levels missed \(random search\): 2\n/,
    );
    expect(JSON.parse(readFileSync(join(cwd, "r.json"), "utf8")).checks).toEqual(failing.checks);
    const quiet = fakeHost({ cwd, run: async () => failing });
    expect(await scf("si.json --check --quiet", quiet)).toBe(1);
    expect(quiet.written.stdout).toContain("converged in 3 steps, but 1 of 2 checks failed, free energy");
    expect(quiet.written.stderr).toContain("check failed");
  });

  test("with --verbose has a table of all", async () => {
    const host = fakeHost({ cwd, run: async () => failing });
    await scf("si.json --check --verbose", host);
    expect(host.written.stdout).toMatch(
      /orthonormality +1\.00e-15 +1\.00e-10 +passed\n.*missed.* 2 +0 +FAILED\n/,
    );
  });

  test("of a run that has not converged is said to be left out, with the exit code of that", async () => {
    const host = fakeHost({ cwd, isReal: true });
    writeFileSync(join(cwd, "short.json"), JSON.stringify({ ...SMALL, temperature: 0.01, scf: { maxIterations: 1 } })); // biome-ignore format: one line
    expect(await scf("short.json --check", host)).toBe(3);
    expect(host.written.stderr).toContain(
      "warning: --check: nothing is checked, because there is no ground state (iteration-limit)\n",
    );
  });
});
