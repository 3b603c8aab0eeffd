import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");

export interface DocExample {
  /** File it stands in, relative to src, and the name it is an example of. */
  readonly file: string;
  readonly name: string;
  /** With the library's source in place of the package. */
  readonly program: string;
}

/** The programs of all `@example`s in doc comments of the source. */
export function docExamples(): DocExample[] {
  const src = join(ROOT, "src");
  const library = JSON.stringify(pathToFileURL(join(src, "index.ts")).href);
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
