import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { writeCheckpoint } from "../../src/io/checkpoint.ts";
import type { BandsFile } from "../../src/job/tasks/bands/bands-result.ts";
import { SILICON } from "../systems.ts";
import { fakeHost } from "./fake-host.ts";

const cwd = mkdtempSync(join(tmpdir(), "stillwave-source-"));
afterAll(() => rmSync(cwd, { recursive: true }));
mkdirSync(join(cwd, "jobs"));
mkdirSync(join(cwd, "states"));
writeFileSync(
  join(cwd, "jobs", "cell.xyz"),
  '2\nLattice="0 2.715 2.715 2.715 0 2.715 2.715 2.715 0"\nSi 0 0 0\nSi 1.3575 1.3575 1.3575\n',
);
const JOB = { ...SILICON, ecut: 4, kgrid: [1, 1, 1], structure: { file: "cell.xyz" } };
writeFileSync(join(cwd, "jobs", "si.json"), JSON.stringify(JOB));

async function run(...words: string[]) {
  const host = fakeHost({ cwd, isReal: true });
  const code = await runProgram([...words, "--threads", "1"], host);
  return { code, ...host.written };
}
const read = <File>(name: string) => JSON.parse(readFileSync(join(cwd, name), "utf8")) as File;

test("a checkpoint stands for its job, wherever that lies, and saves its iteration", async () => {
  const first = await run(
    "scf",
    "jobs/si.json",
    "--checkpoint",
    "states/si.checkpoint.json",
    "--out",
    "jobs/si.result.json",
  );
  expect(first.code, first.stderr).toBe(0);
  const path = ["--k", "0,0,0;0.5,0,0", "--bands", "4"];
  const kept = await run("bands", "states/si.checkpoint.json", ...path, "--out", "kept.json");
  expect(kept.code, kept.stderr).toBe(0);
  expect(kept.stderr).not.toMatch(/^ +\d+ +-/m); // not one step of the iteration
  const anew = await run("bands", "jobs/si.result.json", ...path, "--out", "anew.json");
  expect(anew.code, anew.stderr).toBe(0);
  expect(anew.stderr).toMatch(/^ +1 /m);
  const levels = (name: string) =>
    read<BandsFile>(name).kpoints.flatMap(({ bands }) => bands.map(({ energy }) => energy));
  expect(levels("kept.json")).toHaveLength(8);
  for (const [i, level] of levels("kept.json").entries())
    expect(level).toBeCloseTo(levels("anew.json")[i]!, 6);
});

test("what holds no job that can be run is refused in one line", async () => {
  await writeCheckpoint(join(cwd, "program.json"), { rho: new Float64Array(8) });
  expect((await run("bands", "program.json")).stderr).toMatch(
    /^stillwave: JOB: must be a checkpoint that holds its job, got .*program.json without one; give the job, and this by --restart\n$/,
  );
  writeFileSync(
    join(cwd, "moved.json"),
    JSON.stringify({ stillwave: "0.1.0", job: JOB, elements: ["Si"], steps: [] }),
  );
  expect((await run("bands", "moved.json")).stderr).toMatch(
    /^stillwave: JOB: must be a job .* of relax, whose atoms are not yet relaxed; go on with relax --restart moved\.json\n$/,
  );
});
