import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { expect, test } from "vitest";
import { BUILT } from "./built.ts";
import { docExamples, ROOT } from "./doc-examples.ts";

/** The functions that somebody begins with: none of them may lack an example. */
const MAIN = [
  ...["solve", "groundState", "runScf", "scf", "runBands", "runDos", "runDielectric", "newJob"],
  ...[
    "simple",
    "kerker",
    "kerkerDos",
    "dielectric",
    "ldos",
    "hybrid",
    "localThomasFermi",
    "auto",
    "chi0Exact",
  ],
  ...["densityMixing", "potentialMixing", "directMinimisation", "anderson", "damped"],
  ...["externalPotential", "hartree", "pairInteraction", "powerNonlinearity", "kohnShamTerms", "defineModel"],
  ...["bulk", "slab", "molecule", "supercell", "parseStructure", "formatStructure", "encloseBands"],
  ...["bandsSvg", "dosSvg", "fieldSvg", "convergenceSvg", "linesSvg", "profileSvg"],
];

test("every main function has an example", () => {
  const names = docExamples().map(({ name }) => name);
  expect(MAIN.filter((name) => !names.includes(name))).toEqual([]);
  const files = readdirSync(join(ROOT, "src"), { recursive: true }) as string[];
  const marks = files
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(ROOT, "src", name), "utf8").split("* @example").length - 1)
    .reduce((sum, count) => sum + count, 0);
  expect(names.length).toBe(marks); // each is found, whatever stands around it
});

/** Without a calculation: the others are run by the slow suite. */
const isShort = (program: string) =>
  !/\b(solve|groundState|scf|solveScf|runScf|runBands|runDos|runDielectric|compareMixings|encloseBands|prepareScf)\b/.test(
    program,
  );

test("the short examples run", () => {
  const short = docExamples(BUILT.index).filter(({ program }) => isShort(program));
  expect(short.length).toBeGreaterThan(15);
  const folder = mkdtempSync(join(ROOT, "test", ".examples-"));
  try {
    short.forEach(({ program }, i) => {
      const { code } = transformSync(program, { loader: "ts", format: "esm", target: "node20" });
      writeFileSync(join(folder, `${i}.mjs`), code);
    });
    writeFileSync(join(folder, "all.mjs"), short.map((_, i) => `await import("./${i}.mjs");\n`).join(""));
    execFileSync(process.execPath, [join(folder, "all.mjs")], { cwd: ROOT, stdio: "pipe" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
