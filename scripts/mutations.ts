/**
 * Takes every summand out of the error formulas, one at a time, and asks whether a test sees it.
 *
 *   npx tsx scripts/mutations.ts            the whole table, 10 to 20 minutes
 *   npx tsx scripts/mutations.ts feshbach   rows whose file or text has the word
 *
 * Works in a copy below the temporary folder. Prints a line for each row; exits with 1 if one survived.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createVitest } from "vitest/node";
import { MUTATIONS, type Mutation } from "./mutations/table.ts";

const copy = mkdtempSync(join(tmpdir(), "stillwave-mutations-"));
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));
const KEPT = ["src", "test", "scripts", "examples", "package.json", "tsconfig.json", "vitest.config.ts"];
const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "--", ...KEPT], {
  encoding: "utf8",
});
for (const file of files.trim().split("\n")) {
  mkdirSync(dirname(join(copy, file)), { recursive: true });
  cpSync(file, join(copy, file));
}
symlinkSync(resolve("node_modules"), join(copy, "node_modules"));
process.chdir(copy);
const vitest = await createVitest("test", {
  root: copy,
  watch: false,
  bail: 1,
  reporters: [{}],
  maxWorkers: 1,
});

/** What tests say of a changed source; one that fails by anything but an assertion or a refusal says nothing. */
async function verdict({ tests }: Mutation): Promise<"killed" | "survived" | "broken"> {
  const paths = tests.map((name) => join(copy, "test/errors", `${name}.test.ts`));
  const specifications = (
    await Promise.all(paths.map((path) => vitest.globTestSpecifications([path])))
  ).flat();
  if (specifications.length !== tests.length) throw new Error(`no such tests: ${tests.join(", ")}`);
  const { testModules } = await vitest.runTestSpecifications(specifications);
  if (testModules.every((module) => module.ok())) return "survived";
  const errors = testModules
    .flatMap((module) => [...module.children.allTests("failed")])
    .flatMap((failed) => failed.result().errors ?? []);
  return errors.some(({ name }) => !/^(Reference|Syntax|Type)Error$/.test(name ?? "")) ? "killed" : "broken";
}

/** Applies a row, asks the tests, and puts the source back. @throws Error where its text does not stand once */
async function tried(row: Mutation): Promise<string> {
  const path = join(copy, "src", row.file);
  const source = readFileSync(path, "utf8");
  const parts = source.split(row.from);
  if (parts.length !== 2)
    throw new Error(`${row.file}: ${parts.length - 1} times instead of once: ${row.from}`);
  const write = (text: string) => {
    writeFileSync(path, text);
    vitest.invalidateFile(path);
  };
  write(parts.join(row.to));
  try {
    return await verdict(row);
  } finally {
    write(source);
  }
}

const word = process.argv[2] ?? "";
const rows = MUTATIONS.filter(({ file, what }) => `${file} ${what}`.includes(word));
const survivors: Mutation[] = [];
for (const row of rows) {
  const result = await tried(row);
  if (result !== "killed") survivors.push(row);
  console.log(`${result.padEnd(8)}  ${row.file.padEnd(38)}  ${row.what}`);
}
console.log(`${rows.length - survivors.length} of ${rows.length} are seen`);
await vitest.close();
process.exit(survivors.length > 0 ? 1 : 0);
