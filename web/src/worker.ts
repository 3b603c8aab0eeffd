import { parsePseudopotential } from "../../src/atoms/read-pseudopotential.ts";
import { enclosedGapText, gapText, zeroText } from "../../src/cli/output/bands-summary.ts";
import { InputError } from "../../src/common/failure.ts";
import { plural } from "../../src/common/plural.ts";
import type { BandsAtK } from "../../src/ground/band-levels.ts";
import { bandsPath } from "../../src/ground/bands.ts";
import { certificateLines } from "../../src/io/certificate/certificate-file.ts";
import { parseJobFile } from "../../src/io/job-file.ts";
import { jobText } from "../../src/io/job-json.ts";
import { newJob } from "../../src/job/new-job.ts";
import { FILE_TOLERANCE, symmetricStructure } from "../../src/job/prepare/crystal.ts";
import { platformServices } from "../../src/job/prepare/platform.ts";
import { pseudopotentialsText } from "../../src/job/prepare/pseudopotentials-in-use.ts";
import { openSession } from "../../src/job/prepare/session.ts";
import { resolveStructure } from "../../src/job/prepare/structure.ts";
import type { Job } from "../../src/job/schema/job.ts";
import type { MixingChoice } from "../../src/job/schema/mixings.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import { withMixing } from "../../src/job/schema/with-mixing.ts";
import { bandsTask } from "../../src/job/tasks/bands/run-bands.ts";
import { comparedMixings } from "../../src/job/tasks/compare/compare.ts";
import type { DielectricFile } from "../../src/job/tasks/dielectric/dielectric-result.ts";
import { dielectricTask } from "../../src/job/tasks/dielectric/run-dielectric.ts";
import { estimateTask } from "../../src/job/tasks/estimate/estimate-job.ts";
import type { ResultFile } from "../../src/job/tasks/scf/result.ts";
import { scfTask } from "../../src/job/tasks/scf/scf-task.ts";
import { verifyCertificate } from "../../src/job/tasks/verify/verify-certificate.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { formula } from "../../src/model/structure.ts";
import { bandsSvg, type DrawnBands } from "../../src/plot/bands.ts";
import { type ConvergenceSeries, convergenceSvg } from "../../src/plot/convergence.ts";
import { fieldSvg } from "../../src/plot/field-picture.ts";
import { type Spectrum, spectraSvg } from "../../src/plot/spectra.ts";
import type { StepProgress } from "../../src/scf/scf.ts";
import type { HistoryRow } from "../../src/scf/state.ts";
import { type Scene, sceneOf } from "./scene.ts";

/** Everything that computes or draws, in a worker, so that the page never waits. */

/** Texts of the files that the page was given, by name. */
export type Files = Readonly<Record<string, string>>;

/** The text of a job and the files it names. */
export interface Source {
  readonly name: string;
  readonly text: string;
  readonly files: Files;
}

/** Name of a mixing in a job. */
export type Mixing = MixingChoice["name"];

/** What is shown of a crystal. */
export interface Crystal {
  readonly title: string;
  readonly formula: string;
  /** How many are in the cell. */
  readonly atoms: number;
  readonly scene: Scene;
  readonly tolerance: Job["scf"]["tolerance"];
  /** Those that are compared unless others are chosen. */
  readonly mixings: readonly Mixing[];
}

const readerOf =
  (files: Files) =>
  async (path: string): Promise<string> => {
    const text = files[path.split("/").at(-1)!];
    if (text === undefined)
      throw new InputError(
        `${path}: must be among the files given to the page, got none of that name; open or drop it`,
      );
    return text;
  };

const jobOf = ({ text, name }: Source): Job => parseJob(parseJobFile(text, name));

const sessionOf = (source: Source, threads = 1, mixing?: Mixing) => {
  const job = jobOf(source);
  const own = mixing === undefined ? job : withMixing(job, mixing);
  return openSession(own, { threads, readText: readerOf(source.files) });
};

type Tell<Event> = (event: Event) => void;

/** Makes the text of a job around the structure in a file, with its symmetry made exact. */
async function wrap({ name, text, files }: Source): Promise<{ text: string; warnings: readonly string[] }> {
  const platform = await platformServices();
  const readText = readerOf({ ...files, [name]: text });
  const found = await resolveStructure({ structure: { file: name } }, readText, platform);
  const { structure } = symmetricStructure(found, await platform.analyseSymmetry(), FILE_TOLERANCE);
  const job = newJob(structure, { title: `${formula(structure)}, ${name}`, units: "angstrom" });
  return { text: jobText(job), warnings: found.warnings };
}

/**
 * Puts potentials that the page was given into a job, each for the elements that it is of. Those that
 * the job names already stay.
 *
 * @throws InputError for a file that is no potential of the crystal's elements.
 */
async function adopt({ source, names }: { source: Source; names: readonly string[] }): Promise<string> {
  const value = parseJobFile(source.text, source.name);
  const { job, readText, platform } = await sessionOf(source);
  const { atoms } = await resolveStructure(job, readText, platform);
  const elements = [...new Set(atoms.map(({ element }) => element))];
  const { pseudopotentials: before } = job;
  const entries = Object.fromEntries(
    elements.map((element) => [element, typeof before === "string" ? before : before[element]!]),
  );
  const fresh = names.filter((name) => !Object.values(entries).includes(name));
  for (const name of fresh) {
    const isOf = (element: string) => {
      try {
        return parsePseudopotential(source.files[name]!, element, name).element === element;
      } catch {
        return false;
      }
    };
    const own = elements.filter(isOf);
    if (own.length === 0) parsePseudopotential(source.files[name]!, elements[0]!, name); // says what is wrong
    for (const element of own) entries[element] = name;
  }
  return fresh.length === 0 ? source.text : jobText({ ...(value as object), pseudopotentials: entries });
}

/** Reads a job file of another language, such as TOML, and writes it as JSON. */
async function asJson({ text, name }: Source): Promise<string> {
  const value = parseJobFile(text, name);
  return /^\s*\{/.test(text) || typeof value !== "object" || value === null ? text : jobText(value);
}

async function look(source: Source): Promise<Crystal> {
  const { job, readText, platform } = await sessionOf(source);
  const structure = await resolveStructure(job, readText, platform);
  return {
    title: job.title ?? formula(structure),
    formula: formula(structure),
    atoms: structure.atoms.length,
    scene: sceneOf(structure),
    tolerance: job.scf.tolerance,
    mixings: comparedMixings(job),
  };
}

/** Sizes and cost of a ground state, in one line; empty for a Hamiltonian fixed by the job. */
async function estimate(
  source: Source,
  cores: number,
): Promise<{ text: string; warnings: readonly string[] }> {
  const session = await sessionOf(source, cores);
  if (session.job.hamiltonian !== "kohn-sham") return { text: "", warnings: [] };
  const cost = await estimateTask(session);
  const { electrons, bands, kpoints, planeWaves, symmetry, pseudopotentials } = cost;
  const parts = [
    plural(electrons, "electron"),
    plural(bands, "band"),
    plural(kpoints, "k-point"),
    `${planeWaves.most} plane waves`,
    ...(symmetry === undefined ? [] : [`space group ${symmetry.spaceGroup}`]),
    pseudopotentialsText(pseudopotentials),
    `about ${cost.secondsPerStep.toPrecision(1)} s a step`,
  ];
  return { text: parts.join(", "), warnings: cost.warnings };
}

/** What is heard of an iteration. */
export type ScfEvent =
  | { readonly kind: "progress"; readonly progress: StepProgress }
  | { readonly kind: "step"; readonly row: HistoryRow };

/** A ground state under one mixing, and the picture of its density. */
async function scf(
  { source, mixing, threads }: { source: Source; mixing: Mixing; threads: number },
  tell: Tell<ScfEvent>,
): Promise<{ result: ResultFile; density: string | undefined }> {
  const session = await sessionOf(source, threads, mixing);
  let density: string | undefined;
  const result = await scfTask(session, {
    onStep: (row) => tell({ kind: "step", row }),
    onProgress: (progress) => tell({ kind: "progress", progress }),
    onFields: async ({ model, grid, density: rho }) => {
      density = await fieldSvg(model, grid, rho, {
        title: session.job.title,
        quantity: "valence density (bohr⁻³)",
        symbol: "ρ (bohr⁻³)",
        range: [0, 0.99],
      });
    },
  });
  return { result, density };
}

/** What is heard of bands. */
export type BandsEvent =
  | { readonly kind: "path"; readonly bands: DrawnBands }
  | { readonly kind: "scf"; readonly row: HistoryRow }
  | { readonly kind: "levels"; readonly index: number; readonly levels: BandsAtK["bands"] }
  | { readonly kind: "count"; readonly done: number; readonly total: number };

/** A band structure as the page shows it. */
export interface EnclosedBands {
  readonly file: unknown;
  readonly svg: string;
  /** Of the proved intervals, and the width of the widest [Ha]; absent without them. */
  readonly certificate?: string;
  readonly widest?: number;
  /** What is known of it; empty without one. */
  readonly gap: string;
  readonly failures: readonly string[];
  readonly warnings: readonly string[];
}

/** Bands, with proved intervals and their certificate where these are asked for. */
async function bands(
  {
    source,
    path,
    points,
    threads,
    errorBars,
  }: { source: Source; path: string; points: number; threads: number; errorBars: boolean },
  tell: Tell<BandsEvent>,
): Promise<EnclosedBands> {
  const session = await sessionOf(source, threads);
  const { job, readText, platform } = session;
  const lattice = createLattice((await resolveStructure(job, readText, platform)).lattice);
  const chosen = path === "" ? undefined : path;
  const along = bandsPath({ lattice }, chosen, points);
  const pending = along.kpoints.map((k): BandsAtK => ({ k, bands: [] }));
  tell({
    kind: "path",
    bands: { zero: 0, reciprocal: lattice.reciprocal, path: along.path, kpoints: pending },
  });
  const run = await bandsTask(session, {
    path: chosen,
    points,
    errorBars,
    certificate: errorBars,
    onStep: (row) => tell({ kind: "scf", row }),
    onLevels: (index, levels) => tell({ kind: "levels", index, levels }),
    onErrorBars: (done, total) => tell({ kind: "count", done, total }),
  });
  const proof = run.errorBars?.certificate;
  const lines: string[] = [];
  if (proof !== undefined)
    for await (const line of certificateLines({ title: job.title, ...proof }, proof.points)) lines.push(line);
  const { zero, filled, reciprocal } = run;
  return {
    file: run.file,
    svg: await bandsSvg(run.file, {
      title: job.title ?? "Bands",
      reciprocal,
      zeroName: zeroText(zero),
      filled: zero.kind === "fermi-level" ? undefined : filled, // in a metal no band is full
    }),
    ...(run.errorBars && { certificate: lines.join(""), widest: run.errorBars.widest }),
    gap: enclosedGapText(run) || gapText(run),
    failures: (run.errorBars?.failures ?? []).map(({ k, reason }) => `k = [${k.join(", ")}]: ${reason}`),
    warnings: run.warnings,
  };
}

/** Proves a certificate again from its text alone. */
async function verify(
  { text }: { text: string },
  tell: Tell<{ readonly done: number; readonly total: number }>,
) {
  const { head, points, enclosures, widest, failures, assumptions } = await verifyCertificate(
    text.split("\n"),
    { onPoint: (done, total) => tell({ done, total }) },
  );
  const { title } = head;
  return {
    title,
    points: points.length,
    enclosures,
    widest,
    failures: failures.map(({ k, reason }) =>
      k === undefined ? reason : `k = [${k.join(", ")}]: ${reason}`,
    ),
    assumptions,
  };
}

/** What is heard of an analysis. */
export type DielectricEvent =
  | { readonly kind: "step"; readonly row: HistoryRow }
  | { readonly kind: "product"; readonly step: number; readonly smallest: number; readonly largest: number }
  | { readonly kind: "damped"; readonly row: HistoryRow };

/** Spectrum of the dielectric operator under one mixing; the ground state is found by the job's. */
async function dielectric(
  { source, mixing, threads }: { source: Source; mixing: Mixing; threads: number },
  tell: Tell<DielectricEvent>,
): Promise<DielectricFile> {
  const session = await sessionOf(source, threads);
  return dielectricTask(session, {
    mixing: withMixing(session.job, mixing).scf.mixing,
    onStep: (row) => tell({ kind: "step", row }),
    onProduct: ({ step, lambdaMin, lambdaMax }) =>
      tell({ kind: "product", step, smallest: lambdaMin, largest: lambdaMax }),
    onDampedStep: (row) => tell({ kind: "damped", row }),
  });
}

const TASKS = {
  wrap,
  adopt,
  asJson,
  look,
  estimate: ({ source, cores }: { source: Source; cores: number }) => estimate(source, cores),
  scf,
  bands,
  verify,
  dielectric,
  drawConvergence: ({
    series,
    tolerance,
    title,
  }: {
    series: readonly ConvergenceSeries[];
    tolerance?: number | undefined;
    title?: string;
  }) =>
    convergenceSvg(series, {
      ...(tolerance === undefined ? {} : { tolerance }),
      ...(title === undefined ? {} : { title }),
    }),
  drawBands: ({ bands: drawn, title }: { bands: DrawnBands; title: string }) => bandsSvg(drawn, { title }),
  drawSpectra: ({ spectra, title }: { spectra: readonly Spectrum[]; title: string }) =>
    spectraSvg(spectra, { title }),
};

/** What a worker can do: arguments, events and result of each task. */
export type Tasks = typeof TASKS;

interface Call {
  readonly id: number;
  readonly task: keyof Tasks;
  readonly args: unknown;
}

self.addEventListener("message", async ({ data }: MessageEvent<Call>) => {
  const { id, task, args } = data;
  // The page's types say which arguments go with which task.
  const run = TASKS[task] as (args: unknown, tell: Tell<unknown>) => Promise<unknown>;
  try {
    const result = await run(args, (event) => self.postMessage({ id, event }));
    self.postMessage({ id, result });
  } catch (error) {
    const isOwn = error instanceof Error && /^(InputError|NotConvergedError)$/.test(error.name);
    const message =
      error instanceof Error ? (isOwn ? error.message : `${error.name}: ${error.message}`) : String(error);
    self.postMessage({ id, error: message });
  }
});
