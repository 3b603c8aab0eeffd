import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");

test.each([
  ["docs/models.md", 5],
  ["docs/library.md", 6],
  ["docs/pictures.md", 1],
  ["docs/coming-from.md", 1],
] as const)("every program in %s prints what stands below it", (page, least) => {
  const guide = readFileSync(join(ROOT, page), "utf8");
  const pairs = Array.from(
    guide.matchAll(/```ts\n([\s\S]*?)```\s*```text\n([\s\S]*?)```/g),
    (match) => [match[1]!, match[2]!] as const,
  );
  expect(pairs.length).toBe(guide.split("```ts\n").length - 1); // none without its output
  expect(pairs.length).toBeGreaterThanOrEqual(least);
  const folder = mkdtempSync(join(ROOT, "test", ".guide-"));
  try {
    const library = JSON.stringify(pathToFileURL(join(ROOT, "src/index.ts")).href);
    const files = JSON.stringify(pathToFileURL(join(ROOT, "src/exports/io.ts")).href);
    pairs.forEach(([program], i) => {
      writeFileSync(
        join(folder, `${i}.mts`),
        program.replaceAll('"stillwave"', library).replaceAll('"stillwave/io"', files),
      );
    });
    // One process for all: starting one takes longer than most of the programs.
    const all = pairs.map((_, i) => `await import("./${i}.mts");`).join('\nconsole.log("--");\n');
    writeFileSync(join(folder, "all.mts"), all);
    const output = execFileSync("npx", ["tsx", join(folder, "all.mts")], { cwd: ROOT, encoding: "utf8" });
    expect(output.split("--\n").map((text) => text.trim())).toEqual(
      pairs.map(([, expected]) => expected.trim()),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
