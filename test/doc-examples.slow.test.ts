import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { docExamples, ROOT } from "./doc-examples.ts";

test("every example of the doc comments has right types, runs and ends by itself", () => {
  const examples = docExamples();
  expect(examples.length).toBeGreaterThan(50);
  const folder = mkdtempSync(join(ROOT, "test", ".examples-"));
  try {
    examples.forEach(({ program }, i) => {
      const typed = program.replace(/"file:[^"]+"/g, '"../../src/index.ts"');
      writeFileSync(join(folder, `${i}.ts`), `${typed}export {};\n`);
    });
    const compilerOptions = { noUnusedLocals: false, rootDir: ROOT };
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ extends: "../../tsconfig.json", compilerOptions, include: ["*.ts"], exclude: [] }),
    );
    execFileSync("npx", ["tsc", "--noEmit", "-p", folder], { cwd: ROOT, stdio: "pipe" });
    const all = examples.map((_, i) => `await import("./${i}.ts");\n`).join("");
    writeFileSync(join(folder, "all.ts"), all);
    execFileSync(process.execPath, ["--import", "tsx", join(folder, "all.ts")], { cwd: ROOT, stdio: "pipe" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 600_000);
