import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { requireInput } from "../../common/failure.ts";
import { plural } from "../../common/plural.ts";
import { requireWritable } from "../../io/node-files.ts";
import { writeAtomically } from "../../io/whole-files.ts";
import { writePicture } from "../../io/picture.ts";
import { resultText } from "../../io/result-json.ts";
import { parseJob } from "../../job/schema/schema.ts";
import {
  type ComparedRun,
  type Comparison,
  comparedMixings,
  compareMixings,
} from "../../job/tasks/compare/compare.ts";
import { compareSvg } from "../../plot/compare.ts";
import type { HistoryRow } from "../../scf/state.ts";
import { STEP_PARTS } from "../../scf/stopwatch.ts";
import { EXIT, type ExitCode, type Host } from "../host.ts";
import { PICTURE, requireOutputs } from "../output/outputs.ts";
import { printResult } from "../output/print-result.ts";
import { type ComputingOptions, levelOf } from "../terminal/level.ts";
import { reporter } from "../terminal/reporter.ts";
import { type FinishedRun, type PlannedRun, runsLeft } from "../terminal/runs-left.ts";
import { type ScfTolerance, scfLeft } from "../terminal/steps-left.ts";
import { styled } from "../terminal/style.ts";
import { durationText } from "../terminal/time-left.ts";
import { loadJob } from "../work/job-source.ts";
import { work } from "../work/work.ts";

/** Options of `stillwave compare` as they stand on the command line. */
export interface CompareOptions extends ComputingOptions {
  readonly mixings?: string;
  readonly sizes?: string;
  readonly out?: string;
  readonly plot?: string;
  readonly condition?: boolean;
}

/** Runs a job under several mixings and sizes: the table to stdout, compare.json and compare.svg into a folder. */
export async function compareCommand(
  jobName: string,
  options: CompareOptions,
  host: Host,
): Promise<ExitCode> {
  const report = reporter(host.stderr, levelOf(options));
  const source = await loadJob(jobName, host);
  const job = parseJob(source.value); // before anything is loaded or touched
  const sizes = options.sizes === undefined ? [1] : wholeNumbers("--sizes", options.sizes);
  const mixings = options.mixings === undefined ? comparedMixings(job) : words(options.mixings);
  const folder = resolve(host.cwd, options.out ?? ".");
  await requireOutputs(host, [{ option: "--plot", name: options.plot, endings: PICTURE }]);
  const runScf = await host.engine.runScf();
  const analyse = options.condition ? await host.engine.runDielectric() : undefined;
  let prepared = false;
  const prepareFolder = async () => {
    if (!prepared) {
      await mkdir(folder, { recursive: true });
      await requireWritable("--out", join(folder, "compare.json"));
    }
    prepared = true;
  };
  const plan = sizes.flatMap((size) => mixings.map((mixing) => ({ size, mixing })));
  const progress = comparisonProgress(plan, job.scf.tolerance);
  const comparison = await work(
    { host, report, source, job, options, rows: host.stderr },
    ({ run: { onProgress, onStep: onRow, onWarnings, ...common }, show }) =>
      compareMixings(source.value, {
        ...common,
        mixings,
        sizes,
        run: async (each, run) => {
          await prepareFolder(); // the lists are known to be right by now
          return runScf(each, { ...run, onWarnings });
        },
        ...(analyse === undefined ? {} : { conditionNumbers: true, analyse }),
        onStep: ({ size, mixing }, row) => {
          if (report.level === "verbose") onRow(row);
          const { step, densityResidual } = row;
          progress.step(row);
          show(
            "runs",
            `${progress.name()}: size ${size}, ${mixing}, step ${step}, residual ${densityResidual.toExponential(1)}${progress.left()}`,
          );
        },
        onProduct: ({ size, mixing }, product) =>
          show(
            "condition numbers",
            `${progress.name()}: size ${size}, ${mixing}, condition number, product ${product}${progress.left()}`,
          ),
        onRun: (run) => {
          progress.end();
          report.note(`size ${run.size}, ${run.mixing}: ${verdict(run)}`);
        },
      }),
  );
  report.warn(comparison.warnings);
  printResult(host, report, false, {
    json: () => resultText(comparison),
    essential: () => essential(comparison),
    summary: () => table(comparison, host),
    details: () => details(comparison),
  });
  await writeAtomically(join(folder, "compare.json"), [resultText(comparison)]);
  report.note(`comparison: ${join(options.out ?? ".", "compare.json")}`);
  const { density } = job.scf.tolerance;
  if (comparison.runs.some(({ history }) => history.some((row) => row.densityResidual > 0))) {
    const title = job.title ?? source.name;
    const svg = await compareSvg(comparison.runs, {
      title,
      ...(density === undefined ? {} : { tolerance: density }),
    });
    const name = options.plot ?? join(options.out ?? ".", "compare.svg");
    await writePicture(resolve(host.cwd, name), svg);
    report.note(`plot: ${name}`);
  }
  const solved = comparison.runs.some(({ status }) => status === "converged");
  return comparison.complete && solved ? EXIT.ok : EXIT.notConverged;
}

/** Where in its plan a comparison is. */
function comparisonProgress(
  plan: readonly PlannedRun[],
  tolerance: ScfTolerance,
  now: () => number = () => performance.now(),
) {
  const finished: FinishedRun[] = [];
  let history: HistoryRow[] = [];
  let began = now();
  const elapsed = () => (now() - began) / 1000;
  return {
    /** `run 2/6` */
    name: (): string => `run ${finished.length + 1}/${plan.length}`,
    step(row: HistoryRow): void {
      history.push(row);
    },
    left(): string {
      const seconds = runsLeft(plan, finished, {
        elapsed: elapsed(),
        left: scfLeft(history, tolerance)?.seconds,
      });
      return seconds === undefined ? "" : `, ${durationText(seconds)} left`;
    },
    end(): void {
      finished.push({ ...plan[finished.length]!, seconds: elapsed() });
      history = [];
      began = now();
    },
  };
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

const verdict = ({ status, iterations }: ComparedRun): string =>
  status === "converged"
    ? `converged in ${plural(iterations, "step")}`
    : `${status} after ${plural(iterations, "step")}`;

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

/** All that `--quiet` leaves: the steps of each mixing, a line for each size. */
function essential({ sizes, runs }: Comparison): string {
  return sizes
    .map((size) => ({ size, own: runs.filter((run) => run.size === size) }))
    .filter(({ own }) => own.length > 0)
    .map(({ size, own }) => {
      const steps = own.map(({ mixing, stepsToTolerance }) => `${mixing} ${stepsToTolerance ?? "-"}`);
      return `size ${size}: ${steps.join(", ")} steps\n`;
    })
    .join("");
}

/** What `--verbose` adds: what each run spent its time on [s]. */
function details({ runs }: Comparison): string {
  const head = `${"size".padStart(4)}  ${"mixing".padEnd(16)}${STEP_PARTS.map((part) => `${part} (s)`.padStart(17)).join("")}`;
  const rows = runs.map(({ size, mixing, history }) => {
    const cells = STEP_PARTS.map((part) =>
      history
        .reduce((sum, { parts }) => sum + (parts?.[part] ?? 0), 0)
        .toFixed(2)
        .padStart(17),
    );
    return `${`${size}`.padStart(4)}  ${mixing.padEnd(16)}${cells.join("")}`;
  });
  return `${[head, ...rows].join("\n")}\n`;
}
