import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { transformSync } from "esbuild";
import { expect, test } from "vitest";
import { parseJob } from "../src/job/schema/schema.ts";
import { BUILT } from "./built.ts";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const snippets = (language: string): string[] =>
  Array.from(
    readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g")),
    (match) => match[1]!,
  );

/** What a program prints, in a process of its own that must end by itself. */
function run(program: string): string {
  const folder = mkdtempSync(join(ROOT, "test", ".readme-"));
  try {
    const file = join(folder, "program.mjs");
    const library = JSON.stringify(pathToFileURL(BUILT.index).href);
    const { code } = transformSync(program, { loader: "ts", format: "esm", target: "node20" });
    writeFileSync(file, code.replaceAll('"stillwave"', library));
    const options = { cwd: ROOT, encoding: "utf8", timeout: 60_000 } as const;
    return execFileSync(process.execPath, [file], options).trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the job in the README is a job", () => {
  const jobs = snippets("json");
  expect(jobs.length).toBeGreaterThan(0);
  for (const job of jobs) expect(parseJob(JSON.parse(job)).ecut).toBe(15);
});

test("the programs in the README run", () => {
  const programs = snippets("ts");
  expect(programs.length).toBe(2);
  const outputs = programs.map(run);
  const [total, iterations] = outputs[0]!.split(" ").map(Number);
  expect(total).toBeLessThan(-7.5);
  expect(iterations).toBeGreaterThan(3);
  const rows = outputs[1]!.split("\n").map((line) => line.split(" ").map(Number));
  expect(rows.at(-1)![1]).toBeCloseTo(total!, 7); // another preconditioner, the same ground state
  expect(rows.at(-1)![2]).toBeLessThan(1e-6);
});

test("its loop over the steps ends by itself with two threads as well", () => {
  const program = snippets("ts")[1]!;
  const job = "kgrid: [2, 2, 2],\n}";
  expect(program).toContain(`${job});`);
  expect(run(program.replace(`${job});`, `${job}, { threads: 2 });`))).toMatch(/^1 /);
});
