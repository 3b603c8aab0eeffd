import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");

export interface DocExample {
  /** File it stands in, relative to src, and the name it is an example of. */
  readonly file: string;
  readonly name: string;
  readonly program: string;
}

/** The programs of all `@example`s in doc comments of the source, with a file in place of the package. */
export function docExamples(index = "src/index.ts"): DocExample[] {
  const src = join(ROOT, "src");
  const library = JSON.stringify(pathToFileURL(resolve(ROOT, index)).href);
  return (readdirSync(src, { recursive: true }) as string[])
    .filter((name) => name.endsWith(".ts") && !name.includes("assembly"))
    .sort()
    .flatMap((file) =>
      Array.from(
        readFileSync(join(src, file), "utf8").matchAll(
          /^ \* @example\n \* ```ts\n((?: \*.*\n)*?) \* ```\n(?: \*.*\n)*? \*\/\n(?:export )?(?:async )?(?:function\*?|const) (\w+)/gm,
        ),
        ([, lines, name]) => ({
          file,
          name: name!,
          program: lines!.replace(/^ \* ?/gm, "").replaceAll('"stillwave"', library),
        }),
      ),
    );
}
