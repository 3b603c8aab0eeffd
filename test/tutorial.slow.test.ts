import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const tutorial = readFileSync(join(ROOT, "docs/tutorial.md"), "utf8");
const blocks = (language: string): string[] =>
  Array.from(
    tutorial.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g")),
    (match) => match[1]!,
  );

const folder = mkdtempSync(join(tmpdir(), "stillwave-tutorial-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("the commands of the tutorial run one after the other and write what they say", () => {
  const commands = blocks("sh").flatMap((block) => block.trim().split("\n"));
  expect(commands.length).toBeGreaterThan(10);
  const outputs = commands.map((command) => {
    expect(command).toMatch(/^npx stillwave /);
    // The words of a shell, with double quotes alone.
    const words = Array.from(command.matchAll(/"([^"]*)"|(\S+)/g), (match) => match[1] ?? match[2]!);
    return execFileSync("node", [join(ROOT, "dist/cli/bin/main.js"), ...words.slice(2)], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  });
  for (const [, name] of commands.join("\n").matchAll(/ --(?:plot\S*|out|certificate) (\S+)/g))
    expect(existsSync(join(folder, name!)), name).toBe(true);
  const said = outputs.join("\n");
  expect(said).toMatch(/converged in \d+ steps/);
  expect(said).toMatch(/gap 4 to 5 at these k-points, guaranteed: within \[0\.6\d+, 0\.6\d+\] eV/);
  // Which preconditioner wins is the tutorial's point: steps of simple, kerker, ldos.
  const steps = (name: string) => Number(new RegExp(`^ *1 +${name} +(\\d+)`, "m").exec(said)![1]);
  expect(steps("ldos")).toBeLessThan(steps("kerker"));
  expect(steps("ldos")).toBeLessThan(steps("simple"));
});

test("the programs of the tutorial print what stands below them", () => {
  const programs = blocks("ts");
  const expected = blocks("text");
  expect(programs.length).toBe(1);
  expect(expected.length).toBe(programs.length);
  const inside = mkdtempSync(join(ROOT, "test", ".tutorial-"));
  try {
    programs.forEach((program, i) => {
      const file = join(inside, `${i}.ts`);
      writeFileSync(file, program); // the package knows itself by its name
      expect(execFileSync("npx", ["tsx", file], { cwd: ROOT, encoding: "utf8" })).toBe(expected[i]);
    });
  } finally {
    rmSync(inside, { recursive: true });
  }
});

test("the pictures of the tutorial are there, and nothing else is", () => {
  const names = Array.from(tutorial.matchAll(/\]\(tutorial\/([\w-]+\.svg)\)/g), (match) => match[1]!);
  expect(names.length).toBeGreaterThan(7);
  for (const name of names)
    expect(readFileSync(join(ROOT, "docs/tutorial", name), "utf8")).toMatch(/^<svg xmlns/);
});
