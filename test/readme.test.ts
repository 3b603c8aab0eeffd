import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { parseJob } from "../src/job/schema.ts";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const snippets = (language: string): string[] =>
  Array.from(
    readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g")),
    (match) => match[1]!,
  );

test("the job in the README is a job", () => {
  const jobs = snippets("json");
  expect(jobs.length).toBeGreaterThan(0);
  for (const job of jobs) expect(parseJob(JSON.parse(job)).ecut).toBe(15);
});

test("the programs in the README run", () => {
  const programs = snippets("ts");
  expect(programs.length).toBe(2);
  const folder = mkdtempSync(join(ROOT, "test", ".readme-"));
  try {
    const outputs = programs.map((program, i) => {
      const file = join(folder, `${i}.mts`);
      writeFileSync(
        file,
        program.replaceAll('"stillwave"', JSON.stringify(pathToFileURL(join(ROOT, "src/index.ts")).href)),
      );
      return execFileSync("npx", ["tsx", file], { cwd: ROOT, encoding: "utf8" }).trim();
    });
    const [total, iterations] = outputs[0]!.split(" ").map(Number);
    expect(total).toBeLessThan(-7.5);
    expect(iterations).toBeGreaterThan(3);
    const rows = outputs[1]!.split("\n").map((line) => line.split(" ").map(Number));
    expect(rows.at(-1)![1]).toBeCloseTo(total!, 7); // another preconditioner, the same ground state
    expect(rows.at(-1)![2]).toBeLessThan(1e-6);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
