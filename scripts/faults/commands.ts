import { jsonOf, stepsKept, stepsTold } from "./harness.ts";
import { STRAINED, TINY } from "./jobs.ts";

/** A command as the faults see it: what it keeps while it works, and what it finds. */
export interface Watched {
  readonly name: string;
  readonly job: object;
  /** Behind `stillwave`. */
  readonly words: readonly string[];
  /** The file that a later run goes on with, by `--restart`. */
  readonly state: string;
  /** Where the numbers are in the end. */
  readonly result: string;
  /** Pieces of work that a run has told of: steps, runs or geometries. */
  told(text: string): number;
  /** Pieces of work in the state file; undefined if that is damaged. */
  kept(folder: string): Promise<number | undefined>;
  /** What it found. */
  numbers(result: unknown): readonly number[];
  /** Numbers of one run and another agree within. */
  readonly within: number;
}

type Numbers = Readonly<Record<string, unknown>>;

/** All numbers of a value, in order. */
const flat = (value: unknown): number[] =>
  typeof value === "number"
    ? [value]
    : typeof value === "object" && value !== null
      ? Object.values(value).flatMap(flat)
      : [];

/** [Ha] */
const SAME_ENERGY = 1e-10;
/** Of the first order in a density that is known to a residual of 1e-9 [Ha]. */
const SAME_LEVEL = 1e-8;
/** Eigenvalues of the dielectric operator, of order 1, end at residuals of 1e-4 to 1e-5. */
const SAME_EIGENVALUE = 1e-6;

const iterating = (
  name: string,
  more: readonly string[],
  numbers: (result: Numbers) => readonly number[],
  within = SAME_ENERGY,
): Watched => ({
  name,
  job: TINY,
  words: [name, "job.json", ...more, "--out", "result.json", "--checkpoint", "state.json"],
  state: "state.json",
  result: "result.json",
  told: stepsTold,
  kept: (folder) => stepsKept(folder, "state.json"),
  numbers: (result) => numbers(result as Numbers),
  within,
});

const listing = (
  name: "compare" | "relax",
  job: object,
  more: readonly string[],
  state: string,
  line: RegExp,
  pieces: "runs" | "steps",
): Watched => ({
  name,
  job,
  words: [name, "job.json", ...more],
  state,
  result: state,
  told: (text) => [...text.matchAll(line)].length,
  kept: async (folder) => jsonOf<Record<typeof pieces, unknown[]>>(folder, state)?.[pieces].length ?? 0,
  numbers: (result) =>
    (result as Record<typeof pieces, { energy: number }[]>)[pieces].map(({ energy }) => energy),
  within: SAME_ENERGY,
});

/** Every command that works long. */
export const WATCHED: readonly Watched[] = [
  iterating("scf", [], ({ energies }) => flat((energies as Numbers).total)),
  iterating("bands", ["--path", "GX", "--points", "4"], ({ kpoints }) => flat(kpoints), SAME_LEVEL),
  iterating("dos", ["--kgrid", "2,2,2", "--points", "40"], ({ fermiLevel }) => flat(fermiLevel), SAME_LEVEL),
  iterating(
    "dielectric",
    ["--steps", "2"],
    ({ smallest, largest }) => [smallest, largest].map((each) => (each as { value: number }).value),
    SAME_EIGENVALUE,
  ),
  listing(
    "compare",
    TINY,
    ["--mixings", "simple,ldos", "--out", "."],
    "compare.json",
    /^size 1, \w+: converged/gm,
    "runs",
  ),
  listing("relax", STRAINED, ["--out", "relaxed.json"], "relaxed.json", /^geometry \d+: -/gm, "steps"),
];
