import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
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
