import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { requireInput } from "../common/failure.ts";
import { readTextFrom, requireWritable, writeAtomically } from "../io/node-files.ts";
import { requirePicture, writePicture } from "../io/picture.ts";
import { resultText } from "../io/result-json.ts";
import { type ComparedRun, type Comparison, compareMixings } from "../job/compare.ts";
import { parseJob } from "../job/schema.ts";
import type { BackendName } from "../kernels/kernels.ts";
import { compareSvg } from "../plot/compare.ts";
import { EXIT, type ExitCode, type Host } from "./host.ts";
import { loadJob } from "./job-source.ts";
import { styled } from "./style.ts";

/** Options of `stillwave compare` as they stand on the command line. */
export interface CompareOptions {
  readonly mixings?: string;
  readonly sizes?: string;
  readonly out?: string;
  readonly plot?: string;
  readonly condition?: boolean;
  readonly threads?: string;
  readonly backend?: BackendName;
}

/** Runs a job under several mixings and sizes: the table to stdout, compare.json and compare.svg into a folder. */
export async function compareCommand(
  jobName: string,
  options: CompareOptions,
  host: Host,
): Promise<ExitCode> {
  const source = await loadJob(jobName, host);
  const job = parseJob(source.value); // before anything is loaded or touched
  const sizes = options.sizes === undefined ? [1] : wholeNumbers("--sizes", options.sizes);
  const [threads] =
    options.threads === undefined ? [availableParallelism()] : wholeNumbers("--threads", options.threads);
  const folder = resolve(host.cwd, options.out ?? ".");
  if (options.plot !== undefined) await requirePicture("--plot", resolve(host.cwd, options.plot));
  const runScf = await host.engine.runScf();
  const live = liveLine(host);
  const interruption = new AbortController();
  const release = host.onInterrupt(() => {
    live.note("interrupted: stopping at the next safe point; press Ctrl-C again to quit at once");
    interruption.abort();
  });
  let prepared = false;
  const prepareFolder = async () => {
    if (!prepared) {
      await mkdir(folder, { recursive: true });
      await requireWritable("--out", join(folder, "compare.json"));
    }
    prepared = true;
  };
  let comparison: Comparison;
  try {
    comparison = await compareMixings(source.value, {
      ...(options.mixings === undefined ? {} : { mixings: words(options.mixings) }),
      sizes,
      threads: threads!,
      ...(options.backend === undefined ? {} : { backend: options.backend }),
      signal: interruption.signal,
      readText: readTextFrom(source.folder),
      run: async (each, run) => {
        await prepareFolder(); // the lists are known to be right by now
        return runScf(each, run);
      },
      ...(options.condition ? { conditionNumbers: true, analyse: await host.engine.runDielectric() } : {}),
      onStep: ({ size, mixing }, { step, densityResidual }) =>
        live.show(`size ${size}, ${mixing}: step ${step}, residual ${densityResidual.toExponential(1)}`),
      onRun: (run) => live.note(`size ${run.size}, ${run.mixing}: ${verdict(run)}`),
    });
  } finally {
    release();
    live.end();
  }
  host.stdout.write(table(comparison, host));
  await writeAtomically(join(folder, "compare.json"), [resultText(comparison)]);
  host.stderr.write(`comparison: ${join(options.out ?? ".", "compare.json")}\n`);
  const { density } = job.scf.tolerance;
  if (comparison.runs.some(({ history }) => history.some((row) => row.densityResidual > 0))) {
    const title = job.title ?? source.name;
    const svg = await compareSvg(comparison.runs, {
      title,
      ...(density === undefined ? {} : { tolerance: density }),
    });
    const name = options.plot ?? join(options.out ?? ".", "compare.svg");
    await writePicture(resolve(host.cwd, name), svg);
    host.stderr.write(`plot: ${name}\n`);
  }
  const solved = comparison.runs.some(({ status }) => status === "converged");
  return comparison.complete && solved ? EXIT.ok : EXIT.notConverged;
}

const words = (list: string): string[] =>
  list
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");

function wholeNumbers(option: string, list: string): number[] {
  const numbers = words(list).map(Number);
  requireInput(
    numbers.length > 0 && numbers.every((n) => Number.isInteger(n) && n >= 1 && n <= 1024),
    () => `${option}: must be whole numbers from 1 to 1024, got ${list}`,
  );
  return numbers;
}

/** Lines on stderr; on a terminal one more that is rewritten in place. */
function liveLine({ stderr }: Host) {
  let shown = false;
  const clear = () => {
    if (shown) stderr.write("\r\u001b[2K");
    shown = false;
  };
  return {
    show(text: string) {
      if (!stderr.isTerminal) return;
      stderr.write(`\r\u001b[2K${styled(stderr)("dim", text.slice(0, Math.max(0, stderr.columns - 1)))}`);
      shown = true;
    },
    note(text: string) {
      clear();
      stderr.write(`${text}\n`);
    },
    end: clear,
  };
}

const verdict = ({ status, iterations }: ComparedRun): string =>
  status === "converged" ? `converged in ${iterations} steps` : `${status} after ${iterations} steps`;

type Column = readonly [title: string, cell: (run: ComparedRun, comparison: Comparison) => string];

const COLUMNS: readonly Column[] = [
  ["size", ({ size }) => `${size}`],
  ["mixing", ({ mixing }) => mixing],
  ["steps", ({ stepsToTolerance }) => `${stepsToTolerance ?? "-"}`],
  ["to 1.6e-10 Ha", ({ stepsToEnergy }) => `${stepsToEnergy ?? "-"}`],
  [
    "highest E (Ha)",
    ({ size, highestEnergy }, { sizes, lowestEnergies }) =>
      `+${(highestEnergy - lowestEnergies[sizes.indexOf(size)]!).toPrecision(2)}`,
  ],
  ["H applied", ({ hamiltonianApplications }) => `${hamiltonianApplications}`],
  ["time (s)", ({ seconds }) => seconds.toFixed(2)],
];
const CONDITION: Column = ["condition", ({ conditionNumber }) => conditionNumber?.toPrecision(3) ?? "-"];
const STATUS: Column = ["status", ({ status }) => status];

/** One row for each run; a dash where something was not reached. */
function table(comparison: Comparison, { stdout }: Host): string {
  const { runs, complete } = comparison;
  const paint = styled(stdout);
  const isAnalysed = runs.some(({ conditionNumber }) => conditionNumber !== undefined);
  const columns = [...COLUMNS, ...(isAnalysed ? [CONDITION] : []), STATUS];
  const titles = columns.map(([title]) => title);
  const rows = runs.map((run) => columns.map(([, cell]) => cell(run, comparison)));
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) =>
        i === 1 || i === titles.length - 1 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!),
      )
      .join("  ")
      .trimEnd();
  const text = [paint("bold", line(titles)), ...rows.map(line)].join("\n");
  return `${text}\n${complete ? "" : "interrupted: the table is not complete\n"}`;
}
