import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { text } from "../../common/options.ts";
import { plural } from "../../common/plural.ts";
import { durationText } from "../../common/text/duration-text.ts";
import { requireWritable } from "../../io/node-files.ts";
import { writePicture } from "../../io/picture.ts";
import { resultText, writeResult } from "../../io/result-json.ts";
import { openSession } from "../../job/prepare/session.ts";
import { type ComparedRun, type Comparison, comparedMixings } from "../../job/tasks/compare/compare.ts";
import { COMPARE_OPTIONS } from "../../job/tasks/compare/options.ts";
import { compareSvg } from "../../plot/compare.ts";
import type { HistoryRow } from "../../scf/state.ts";
import { STEP_PARTS } from "../../scf/stopwatch.ts";
import type { Host } from "../host.ts";
import { output, PICTURE, PICTURE_WIDTH, requireNotRead } from "../output/outputs.ts";
import { textTable } from "../output/text-table.ts";
import { type FinishedRun, type PlannedRun, runsLeft } from "../terminal/runs-left.ts";
import { type ScfTolerance, scfLeft } from "../terminal/steps-left.ts";
import { styled } from "../terminal/style.ts";
import { jobCommand } from "../work/job-command.ts";
import { readBefore } from "../work/job-source.ts";

/**
 * Compares mixings and sizes of a job: table to stdout, compare.json and compare.svg to a folder.
 */
export const compare = jobCommand({
  detail: "the steps of every run and what they spent their time on",
  options: {
    mixings: COMPARE_OPTIONS.mixings,
    sizes: COMPARE_OPTIONS.sizes,
    out: text({ help: "folder for compare.json and compare.svg (default the current one)", value: "DIR" }),
    restart: text({
      help: "go on with a compare.json of before: its runs are not made again",
      value: "FILE",
    }),
    ...PICTURE_WIDTH,
    plot: output("draw into this file instead of compare.svg: .svg, .png or .pdf", PICTURE),
    conditionNumbers: COMPARE_OPTIONS.conditionNumbers,
  },
  examples: [
    ["stillwave compare aluminium-slab", "simple, Kerker and LDOS mixing in one table"],
    ["stillwave compare job.json --mixings kerker,ldos --sizes 1,2,4", "how the steps grow with the length"],
    ["stillwave compare job.json --out comparison", "compare.json and compare.svg in a folder"],
    ["stillwave compare job.json --restart compare.json", "go on where Ctrl-C stopped"],
  ],
  load: async () => (await import("../../job/tasks/compare/compare.ts")).compareTask,
  alwaysWrites: true,
  async solve(compareTask, session, { run: { onProgress, onStep, onWarnings, ...run }, show }, call) {
    const { options, job, report, path, host, source } = call;
    const scfTask = await host.engine(
      "scf",
      async () => (await import("../../job/tasks/scf/scf-task.ts")).scfTask,
    );
    let isPrepared = false;
    const prepareFolder = async () => {
      if (isPrepared) return;
      await mkdir(path(options.out ?? "."), { recursive: true });
      for (const name of [fileOf(options), ...(options.plot === undefined ? [pictureOf(options)] : [])]) {
        await requireWritable("--out", path(name));
        await requireNotRead("--out", path(name), source.files);
      }
      isPrepared = true;
    };
    const { mixings = comparedMixings(job), sizes = [1], conditionNumbers } = options;
    const plan = sizes.flatMap((size) => mixings.map((mixing) => ({ size, mixing })));
    const progress = comparisonProgress(plan, job.scf.tolerance);
    return compareTask(session, {
      ...run,
      mixings,
      sizes,
      conditionNumbers,
      restart: await readBefore(options.restart, host),
      run: async (each, own) => {
        await prepareFolder(); // the lists are known to be right by now
        return scfTask(await openSession(each, own), { ...own, onWarnings });
      },
      onStep: ({ size, mixing }, row) => {
        if (report.level === "verbose") onStep(row);
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
      onRun: async (each, sofar) => {
        progress.end(each.seconds);
        report.note(`size ${each.size}, ${each.mixing}: ${verdict(each)}`);
        await writeResult(path(fileOf(options)), sofar).catch((error: Error) => report.warn([error.message]));
      },
    });
  },
  save: (comparison, { options }, keep) =>
    keep("comparison", fileOf(options), (path) => writeResult(path, comparison)),
  tell: (comparison, { host }) => ({
    warnings: comparison.warnings,
    json: () => resultText(comparison),
    essential: () => essential(comparison),
    summary: () => table(comparison, host),
    details: () => details(comparison),
    isIncomplete: !(comparison.complete && comparison.runs.some(({ status }) => status === "converged")),
  }),
  async draw(comparison, { options, job, title }, keep) {
    if (!comparison.runs.some(({ history }) => history.some((row) => row.densityResidual > 0))) return;
    const { density } = job.scf.tolerance;
    const tolerance = density === undefined ? {} : { tolerance: density };
    await keep("plot", pictureOf(options), async (path) =>
      writePicture(
        path,
        await compareSvg(comparison.runs, { title, width: options.pictureWidth, ...tolerance }),
      ),
    );
  },
});

/** Where the numbers go, and where the picture goes. */
const fileOf = ({ out = "." }: { readonly out?: string | undefined }): string => join(out, "compare.json");
const pictureOf = ({
  out = ".",
  plot,
}: {
  readonly out?: string | undefined;
  readonly plot?: string | undefined;
}): string => plot ?? join(out, "compare.svg");

/** Where in its plan a comparison is. */
function comparisonProgress(plan: readonly PlannedRun[], tolerance: ScfTolerance) {
  const finished: FinishedRun[] = [];
  let history: HistoryRow[] = [];
  let began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
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
    /** @param atLeast time of a run that was made before [s]. */
    end(atLeast: number): void {
      finished.push({ ...plan[finished.length]!, seconds: Math.max(atLeast, elapsed()) });
      history = [];
      began = performance.now();
    },
  };
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
  const text = textTable(titles, rows, {
    left: [1, titles.length - 1],
    head: (line) => paint("bold", line),
  });
  return `${text}${complete ? "" : "interrupted: the table is not complete\n"}`;
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
