import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/* Root of the package, three folders above this module in src and in dist. */
const ROOT = new URL("../../../", import.meta.url);

/** The folder of the shipped jobs. */
export const EXAMPLES_FOLDER = fileURLToPath(new URL("examples/", ROOT));

/** The guide to runs that do not converge. */
export const CONVERGENCE_GUIDE = fileURLToPath(new URL("docs/convergence.md", ROOT));

/** The calculator for ASE. */
export const ASE_CALCULATOR = fileURLToPath(new URL("python/stillwave.py", ROOT));

/** Names of the shipped jobs, sorted. */
export async function exampleNames(): Promise<string[]> {
  const files = await readdir(EXAMPLES_FOLDER);
  return files
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

/** The text of a shipped job whose name is one of `exampleNames`. */
export const exampleText = (name: string): Promise<string> =>
  readFile(new URL(`examples/${name}.json`, ROOT), "utf8");
