import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const names = readdirSync(join(ROOT, "notebooks")).filter(
  (name) => name.endsWith(".ipynb") && !name.startsWith("."),
);

interface Notebook {
  readonly cells: readonly {
    readonly cell_type: string;
    readonly source: string | readonly string[];
    readonly execution_count?: number | null;
    readonly outputs?: readonly {
      readonly output_type: string;
      readonly text?: readonly string[] | string;
      readonly data?: object;
    }[];
  }[];
}
const text = (lines: string | readonly string[] = ""): string =>
  typeof lines === "string" ? lines : lines.join("");

// That they run is asked by scripts/notebooks.ts; here, that what is committed is a whole run of what is written.
test("there are nine, and the README names each", () => {
  expect(names.length).toBe(9);
  for (const readme of ["README.md", "notebooks/README.md"])
    for (const name of names) expect(readFileSync(join(ROOT, readme), "utf8")).toContain(name);
});

test.each(names)(
  "%s is committed with its outputs, has pictures, and ends in assertions that held",
  (name) => {
    const raw = readFileSync(join(ROOT, "notebooks", name), "utf8");
    expect(raw).not.toContain(ROOT);
    const code = (JSON.parse(raw) as Notebook).cells.filter(({ cell_type }) => cell_type === "code");
    code.forEach(({ execution_count }, i) => {
      expect(execution_count).toBe(i + 1); // run once, from the top
    });
    const outputs = code.flatMap((cell) => cell.outputs ?? []);
    expect(outputs.filter(({ output_type }) => output_type === "error")).toEqual([]);
    expect(
      outputs.filter(({ data }) => data !== undefined && "image/svg+xml" in data).length,
    ).toBeGreaterThan(0);
    const last = code.at(-1)!;
    expect(text(last.source).match(/\bcheck\(/g)!.length).toBeGreaterThan(3);
    const said = (last.outputs ?? [])
      .map((output) => text(output.text) + JSON.stringify(output.data ?? ""))
      .join("");
    expect(said).toContain("all as it says");
  },
);
