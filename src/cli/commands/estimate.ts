import { durationText } from "../../common/text/duration-text.ts";
import { readTextFrom } from "../../io/node-files.ts";
import { pseudopotentialsText } from "../../job/prepare/pseudopotentials-in-use.ts";
import { COMPUTING_OPTIONS, openSession } from "../../job/prepare/session.ts";
import { CHANGE_OPTIONS, withChanges } from "../../job/schema/changes.ts";
import type { Job } from "../../job/schema/job.ts";
import { parseJob } from "../../job/schema/schema.ts";
import { settingsText } from "../../job/tasks/accuracy/rounds.ts";
import type { JobEstimate } from "../../job/tasks/estimate/estimate-job.ts";
import { SCF_OPTIONS } from "../../job/tasks/scf/options.ts";
import { command } from "../command.ts";
import { EXIT } from "../host.ts";
import { json, printResult } from "../output/print-result.ts";
import { headline, symmetryText } from "../output/summary.ts";
import { levelOf, levelOptions } from "../terminal/level.ts";
import { reporter } from "../terminal/reporter.ts";
import { JOB } from "../work/job-command.ts";
import { loadJob, structureSource } from "../work/job-source.ts";
import { usualThreads } from "../work/usual-threads.ts";

/** Prints what a job will take, before it is run. */
export const estimate = command({
  args: [JOB],
  options: {
    json: json("print the numbers as JSON"),
    accuracy: {
      ...SCF_OPTIONS.accuracy,
      help: "what scf --accuracy is expected to choose and take for these errors, such as 1meV/atom",
    },
    ...CHANGE_OPTIONS,
    ...COMPUTING_OPTIONS,
    ...levelOptions("where memory and time go"),
  },
  examples: [
    ["stillwave estimate aluminium-slab-10", "memory, sizes and time on this machine"],
    ["stillwave estimate job.json --threads 1", "with one thread"],
    ["stillwave estimate job.json --ecut 40 --kgrid 8,8,8", "with other settings"],
    ["stillwave estimate job.json --accuracy 1meV/atom", "of a run that chooses its settings"],
  ],
  async run({ args, options, host }) {
    const report = reporter(host.stderr, levelOf(options));
    const { accuracy } = options;
    const source =
      (accuracy === undefined ? undefined : await structureSource(args[0]!, host)) ??
      (await loadJob(args[0]!, host));
    const job = parseJob(withChanges(source.value, options), accuracy);
    const estimateTask = await host.engine(
      "estimate",
      async () => (await import("../../job/tasks/estimate/estimate-job.ts")).estimateTask,
    );
    const { threads = usualThreads(), backend } = options;
    const session = await openSession(job, { threads, backend, readText: readTextFrom(source.folder) });
    const found = await estimateTask(session, { accuracy });
    report.warn(found.warnings);
    printResult(host, report, options.json, {
      json: () => `${JSON.stringify(found)}\n`,
      essential: () => essential(found),
      summary: () =>
        `${headline(job, source.name, found.accuracy?.text)}\n\n${accuracyLine(found)}${table(job, found, threads)}`,
      details: () => details(found),
    });
    return EXIT.ok;
  },
});

/** What is expected of a run for an accuracy; nothing for another. */
function accuracyLine({ accuracy }: JobEstimate): string {
  if (accuracy === undefined) return "";
  const { settings, processorSeconds, measured } = accuracy;
  const [least, most] = measured;
  return `about ${settingsText(settings)} and ${duration(processorSeconds)} of processor time with all runs on the way;
ten systems took ${least} to ${most} times what is said here. Below is the last run:

`;
}

/** All that `--quiet` leaves. */
const essential = (estimate: JobEstimate): string =>
  `about ${bytes(estimate.memory.bytes)} and ${duration(runSeconds(estimate))} (${estimate.steps} steps of ${duration(estimate.secondsPerStep)})\n`;

/** Wall time, if every thread has a core of its own; what starts them starts beside each other. */
const runSeconds = ({ startSeconds, threads, secondsPerStep, steps }: JobEstimate): number =>
  startSeconds / threads + secondsPerStep * steps;

/** What `--verbose` adds: where memory and time go. */
function details({ memory, timeParts }: JobEstimate): string {
  const width = Math.max(...[...memory.parts, ...timeParts].map(({ name }) => name.length)) + 2;
  const lines = [
    "memory",
    ...memory.parts.map((part) => `  ${part.name.padEnd(width)}${bytes(part.bytes).padStart(10)}`),
    "processor time of a step",
    ...timeParts.map(
      ({ name, seconds }) => `  ${name.padEnd(width)}${`${seconds.toPrecision(2)} s`.padStart(10)}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function table(job: Job, estimate: JobEstimate, asked: number): string {
  const { planeWaves, memory, kpoints, allKpoints, spins } = estimate;
  const waves =
    planeWaves.least === planeWaves.most
      ? `${planeWaves.least}`
      : `${planeWaves.least} to ${planeWaves.most}`;
  const [biggest] = memory.parts;
  const group = symmetryText(estimate);
  const spaced = "spacing" in job.kgrid ? ` (${estimate.kgrid?.join("x")})` : "";
  const rows: [string, string][] = [
    ["atoms", `${estimate.atoms}`],
    ["electrons", `${estimate.electrons}: ${pseudopotentialsText(estimate.pseudopotentials)}`],
    ["bands", `${estimate.bands}${spins === 2 ? " for each spin" : ""}`],
    ...(group === undefined ? [] : [["symmetry", group] as [string, string]]),
    [
      "k-points",
      `${kpoints}${kpoints === allKpoints ? "" : `, of ${allKpoints} in the whole grid`}${spaced}`,
    ],
    ["plane waves", waves],
    ["FFT grid", estimate.fftSize.join("x")],
    [
      "memory",
      `about ${bytes(memory.bytes)}${Number.isFinite(estimate.systemMemory) ? ` of ${bytes(estimate.systemMemory)}` : ""}, most of it for ${biggest!.name}`,
    ],
    ["", furtherText(estimate)],
    [
      "one SCF step",
      `about ${duration(estimate.secondsPerStep)} with ${estimate.threads} thread${estimate.threads === 1 ? "" : "s"}${estimate.threads < asked ? `: there is no k-point for more` : ""}`,
    ],
    ["a run", `about ${duration(runSeconds(estimate))} if it takes ${estimate.steps} steps`],
  ];
  const lines = rows.map(([label, text]) => `${label.padEnd(14)}${text}`);
  return `${lines.join("\n")}\n`;
}

/** Memory of commands that take more than the ground state. */
const furtherText = ({ memoryOf: { relax, dielectric, errors } }: JobEstimate): string =>
  `relax ${bytes(relax)}, dielectric ${bytes(dielectric)}, --errors ${bytes(errors)}`;

/** `310 MiB`, `1.2 GiB`. */
export function bytes(count: number): string {
  const mebibytes = count / 2 ** 20;
  return mebibytes < 1000
    ? `${Math.max(1, Math.round(mebibytes))} MiB`
    : `${(mebibytes / 1024).toPrecision(3)} GiB`;
}

/** Two digits below ten seconds. */
export const duration = (seconds: number): string =>
  seconds < 9.95 ? `${seconds.toPrecision(2)} s` : durationText(seconds);
