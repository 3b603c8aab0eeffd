import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { projectWithPackedLibrary } from "./packed.ts";

const { folder: project, remove } = projectWithPackedLibrary(["@types/node", "undici-types"]);
afterAll(remove);
const run = (...words: string[]): string => {
  try {
    return execFileSync(process.execPath, words, { cwd: project, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return expect.fail(`${words.join(" ")}:\n${stdout}${stderr}`);
  }
};

writeFileSync(join(project, "job.json"), readFileSync("examples/silicon.json"));

const energyOf = (printed: string): number => {
  const energy = Number(printed);
  expect(energy).toBeLessThan(-7);
  return energy;
};
const SOLVE = `runScf({ ...JSON.parse(readFileSync("job.json", "utf8")), ecut: 4, kgrid: [2, 2, 1], symmetry: false }, { threads: 2 })
  .then(({ energies }) => console.log(energies.total));`;

test("import and require give the same energy, with two threads", () => {
  writeFileSync(
    join(project, "use.js"),
    `import { readFileSync } from "node:fs";\nimport { runScf } from "stillwave";\n${SOLVE}`,
  );
  writeFileSync(
    join(project, "use.cjs"),
    `const { readFileSync } = require("node:fs");\nconst { runScf } = require("stillwave");\n${SOLVE}`,
  );
  const imported = energyOf(run("use.js"));
  const [major, minor] = process.versions.node.split(".").map(Number);
  const hasRequire = major! > 20 || minor! >= 19; // of ES modules, without a flag
  if (hasRequire) expect(energyOf(run("use.cjs"))).toBe(imported);
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as { exports: object };
  const entries = Object.keys(exports).filter((name) => !/\.json$|worker$/.test(name));
  expect(entries.length).toBeGreaterThan(5);
  for (const entry of entries) run("--input-type=module", "-e", `await import("stillwave${entry.slice(1)}")`);
});

// Seen red: an entry that reaches the types of Plot, which need those of a page and of d3.
test.each([
  { module: "node16", moduleResolution: "node16", lib: ["es2022"], types: ["node"] },
  { module: "nodenext", moduleResolution: "nodenext", lib: ["es2022"], types: ["node"] },
  { module: "esnext", moduleResolution: "bundler", lib: ["es2022", "dom"], types: [] },
])("$moduleResolution: declarations are checked as well, with $lib and $types", (options) => {
  writeFileSync(
    join(project, "typed.ts"),
    `import { type GroundState, solve } from "stillwave";
import { writeCheckpoint } from "stillwave/io";
import { bandsSvg } from "stillwave/plot";
export const energy = async (job: object): Promise<number> => {
  await using state: GroundState = await solve(job);
  return state.energies.total;
};
// @ts-expect-error an energy is a number
export const wrong: Promise<string> = energy({});
export const others = [writeCheckpoint, bandsSvg];
`,
  );
  const compilerOptions = { ...options, target: "es2022", strict: true, noEmit: true, skipLibCheck: false };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["typed.ts"] }));
  expect(run(resolve("node_modules/typescript/bin/tsc"), "-p", ".")).toBe("");
});

test("declarations hold no long literals", () => {
  const longest = run(
    "-e",
    `const fs = require("node:fs");
    const folder = "node_modules/stillwave/dist/";
    const files = fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".d.ts"));
    console.log(Math.max(...files.map((name) => fs.statSync(folder + name).size)));`,
  );
  expect(Number(longest)).toBeGreaterThan(1000);
  expect(Number(longest)).toBeLessThan(20_000);
});
