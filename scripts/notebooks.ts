/**
 * Keeps the notebooks of `notebooks/`, whose source of truth are the .ipynb files themselves.
 *
 *   npx tsx scripts/notebooks.ts [NAME…]            extract the cells, check their types, run them: seconds, no Jupyter
 *   npx tsx scripts/notebooks.ts --jupyter [NAME…]  run them in Jupyter from clean, in a folder of their own
 *   npx tsx scripts/notebooks.ts --update [NAME…]   the same, and keep the outputs
 *   npx tsx scripts/notebooks.ts --pictures DIR …   write the pictures of the committed outputs into a folder
 *
 * NAME is the beginning of a file's name. Stops at the first notebook that fails; the library must be built.
 */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const FOLDER = join(ROOT, "notebooks");

interface Cell {
  readonly cell_type: "code" | "markdown" | "raw";
  readonly source: string | readonly string[];
  readonly outputs?: readonly {
    readonly output_type: string;
    readonly name?: string;
    readonly data?: Readonly<Record<string, string | readonly string[]>>;
    readonly text?: string | readonly string[];
  }[];
}

const text = (source: string | readonly string[]): string =>
  typeof source === "string" ? source : source.join("");

const cellsOf = (path: string): readonly Cell[] =>
  (JSON.parse(readFileSync(path, "utf8")) as { cells: readonly Cell[] }).cells;

/** Runs a program in the foreground. @returns whether it ended with 0. */
function run(program: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): boolean {
  const { status, error } = spawnSync(program, words, {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  if (error !== undefined) throw error;
  return status === 0;
}

/** Cells as one module beside the package, where `stillwave` is the package itself. */
function extract(paths: readonly string[]): boolean {
  const folder = mkdtempSync(join(ROOT, ".notebooks-"));
  try {
    const files = paths.map((path) => {
      const file = join(folder, basename(path).replace(/\.ipynb$/, ".ts"));
      const code = cellsOf(path)
        .filter(({ cell_type }) => cell_type === "code")
        .map(({ source }) => text(source))
        .join("\n");
      writeFileSync(file, code.replaceAll('"tslab"', '"../scripts/notebook-display.ts"'));
      return file;
    });
    const config = { extends: join(ROOT, "tsconfig.json"), include: [join(folder, "*.ts")], exclude: [] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    if (!run("npx", ["tsc", "--noEmit", "-p", join(folder, "tsconfig.json")])) return false;
    return files.every((file) => timed(basename(file), () => run("npx", ["tsx", file])));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function timed(name: string, work: () => boolean): boolean {
  const began = performance.now();
  const isRight = work();
  console.log(
    `${isRight ? "ok    " : "FAILED"} ${name} ${((performance.now() - began) / 1000).toFixed(1)} s`,
  );
  return isRight;
}

/** In Jupyter, whose kernel is installed into a folder that is gone afterwards. */
function jupyter(paths: readonly string[], isKept: boolean): boolean {
  if (!existsSync(join(FOLDER, "node_modules", "tslab")) && !run("npm", ["ci", "--prefix", FOLDER]))
    return false;
  const prefix = mkdtempSync(join(tmpdir(), "stillwave-jupyter-"));
  try {
    const binary = join(FOLDER, "node_modules", ".bin", "tslab");
    const python = process.env.PYTHON ?? "/usr/bin/python3";
    if (!run(binary, ["install", `--python=${python}`, `--prefix=${prefix}`, `--binary=${binary}`]))
      return false;
    const env = { JUPYTER_PATH: join(prefix, "share", "jupyter"), NO_COLOR: "1" };
    return paths.every((path) =>
      timed(basename(path), () => {
        // Beside the original, so that the kernel finds the packages; under another name, so that a failure keeps it.
        const copy = join(FOLDER, `.run-${basename(path)}`);
        copyFileSync(path, copy);
        try {
          const words = [
            "nbconvert",
            "--to",
            "notebook",
            "--execute",
            "--inplace",
            "--allow-errors",
            "--ExecutePreprocessor.timeout=300",
          ];
          if (!run("jupyter", [...words, copy], env) || !isRight(cellsOf(copy))) return false;
          if (isKept) writeFileSync(path, tidy(readFileSync(copy, "utf8")));
          return true;
        } finally {
          rmSync(copy);
        }
      }),
    );
  } finally {
    rmSync(prefix, { recursive: true });
  }
}

/** Prints each cell that failed with all it wrote: the kernel of tslab tells of errors on stderr alone. @returns whether none did. */
function isRight(cells: readonly Cell[]): boolean {
  const failed = cells.filter(({ outputs = [] }) =>
    outputs.some(({ output_type, name }) => output_type === "error" || name === "stderr"),
  );
  for (const { source, outputs = [] } of failed)
    console.log(`${text(source)}\n---\n${outputs.map((output) => text(output.text ?? "")).join("")}`);
  return failed.length === 0;
}

/** Without times and paths of this machine; with the numbers of the cells in their order, which this kernel does not tell. */
function tidy(notebook: string): string {
  const value = JSON.parse(notebook) as {
    cells: { cell_type: Cell["cell_type"]; metadata: { execution?: unknown }; execution_count?: number }[];
  };
  let count = 0;
  for (const cell of value.cells) {
    delete cell.metadata.execution;
    if (cell.cell_type === "code") cell.execution_count = ++count;
  }
  return `${JSON.stringify(value, null, 1).replaceAll(ROOT, ".")}\n`;
}

function pictures(paths: readonly string[], folder: string): boolean {
  mkdirSync(folder, { recursive: true });
  for (const path of paths)
    cellsOf(path).forEach(({ outputs = [] }, i) => {
      outputs.forEach(({ data = {} }, j) => {
        const svg = data["image/svg+xml"];
        if (svg === undefined) return;
        const file = join(folder, `${basename(path).replace(/\.ipynb$/, "")}-${i}-${j}.svg`);
        writeFileSync(file, text(svg));
        console.log(file);
      });
    });
  return true;
}

const words = process.argv.slice(2);
const folder = words[0] === "--pictures" ? words.splice(0, 2)[1] : undefined;
const mode = words[0]?.startsWith("--") ? words.shift() : undefined;
const paths = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".ipynb") && !name.startsWith("."))
  .filter((name) => words.length === 0 || words.some((word) => name.startsWith(word)))
  .sort()
  .map((name) => join(FOLDER, name));
if (paths.length === 0) throw new Error(`notebooks: none begins with ${words.join(", ")}`);
if (mode !== undefined && mode !== "--jupyter" && mode !== "--update")
  throw new Error(`notebooks: unknown option ${mode}; known are --jupyter, --update, --pictures`);
const isDone =
  folder !== undefined
    ? pictures(paths, folder)
    : mode === undefined
      ? extract(paths)
      : jupyter(paths, mode === "--update");
process.exitCode = isDone ? 0 : 1;
