import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { BUILT } from "../built.ts";
import { needs } from "../needs.ts";

const cwd = mkdtempSync(join(tmpdir(), "stillwave-workflow-"));
afterAll(() => rmSync(cwd, { recursive: true }));
const isThere = spawnSync("snakemake", ["--version"]).status === 0;

const WORDS = [
  ...[
    "--snakefile",
    resolve("docs/workflow/Snakefile"),
    "--directory",
    cwd,
    "--cores",
    "2",
    "--quiet",
    "--rerun-incomplete",
  ],
  ...["--config", "layers=2,3", "mixings=simple,ldos", "settings=--ecut 4 --kgrid 2,2,1"],
  `stillwave=${process.execPath} ${resolve(BUILT.main)}`,
];
const results = () => readdirSync(cwd).filter((name) => /^slab-\d+-[a-z]+\.json$/.test(name));

test.skipIf(!isThere)(
  needs(
    "snakemake",
    isThere,
    "slabs under several mixings: an interrupted workflow goes on, nothing is done twice",
  ),
  async () => {
    const first = spawn("snakemake", WORDS, { stdio: "ignore" });
    const ended = new Promise((done) => first.on("close", done));
    while (results().length < 3 && first.exitCode === null) await new Promise((done) => setTimeout(done, 10));
    first.kill("SIGINT");
    await ended;
    // With two cores the third began after Snakemake had noted that one of the others was done.
    const age = (name: string) => statSync(join(cwd, name)).mtimeMs;
    const oldest = results().sort((a, b) => age(a) - age(b))[0]!;
    expect(readdirSync(cwd)).not.toContain("steps.md");
    const done = age(oldest);

    const second = spawnSync("snakemake", WORDS, { encoding: "utf8" });
    expect(second.status, second.stderr).toBe(0);
    expect(results().length).toBe(4);
    expect(age(oldest)).toBe(done);
    const steps = (name: string) => JSON.parse(readFileSync(join(cwd, name), "utf8")).iterations as number;
    const row = (layers: number) => `| ${layers} | ${["simple", "ldos"].map((mixing) => steps(`slab-${layers}-${mixing}.json`)).join(" | ")} |`; // biome-ignore format: a row
    expect(readFileSync(join(cwd, "steps.md"), "utf8")).toBe(
      ["| layers | simple | ldos |", "|---|---|---|", row(2), row(3), ""].join("\n"),
    );
    expect(readdirSync(cwd).filter((name) => /checkpoint|part$/.test(name))).toEqual([]);
  },
);
