import { join } from "node:path";
import { readPieces } from "../../src/io/pieces-file.ts";
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
  /** What follows from a ground state, where the command has that: k-points or products. */
  readonly after?: {
    told(text: string): number;
    kept(folder: string): number;
    /** Whether what was found before is told again: products lead to each other. */
    readonly isToldAgain: boolean;
  };
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
  after?: Watched["after"],
): Watched => ({
  name,
  job: TINY,
  words: [name, "job.json", ...more, "--verbose", "--out", "result.json", "--checkpoint", "state.json"],
  state: "state.json",
  result: "result.json",
  told: stepsTold,
  kept: (folder) => stepsKept(folder, "state.json"),
  numbers: (result) => numbers(result as Numbers),
  within,
  ...(after && { after }),
});

/** Finished pieces that stand beside the checkpoint. */
const piecesIn = (folder: string, command: string) =>
  readPieces(join(folder, `state.json.${command}.pieces`))?.pieces ?? new Map<string, object>();

/** What a command makes of a ground state. @param line what it says of one when verbose. */
const kpointsAfter = (command: string, line: RegExp): Watched["after"] => ({
  told: (text) => [...text.matchAll(line)].length,
  kept: (folder) => piecesIn(folder, command).size,
  isToldAgain: false,
});

const productsAfter: Watched["after"] = {
  told: (text) => [...text.matchAll(/^(product \d+:|damped iteration: step )/gm)].length,
  kept: (folder) =>
    [...piecesIn(folder, "dielectric")].reduce((sum, [name, piece]) => {
      if (name.startsWith("product")) return sum + 1;
      return name.startsWith("damped") ? sum + (piece as { history: unknown[] }).history.length : sum;
    }, 0),
  isToldAgain: true,
};

const listing = (
  name: "compare" | "relax" | "eos" | "converge",
  job: object,
  more: readonly string[],
  state: string,
  line: RegExp,
  pieces: "runs" | "steps" | "points",
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
  iterating(
    "bands",
    ["--path", "GX", "--points", "40"],
    ({ kpoints }) => flat(kpoints),
    SAME_LEVEL,
    kpointsAfter("bands", /^bands: k-point \d+/gm),
  ),
  iterating(
    "dos",
    ["--kgrid", "7,7,7", "--points", "40"],
    ({ fermiLevel }) => flat(fermiLevel),
    SAME_LEVEL,
    kpointsAfter("dos", /^levels: k-point \d+/gm),
  ),
  iterating(
    "dielectric",
    ["--steps", "6"],
    ({ smallest, largest }) => [smallest, largest].map((each) => (each as { value: number }).value),
    SAME_EIGENVALUE,
    productsAfter,
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
  listing("eos", TINY, ["--points", "5", "--out", "eos.json"], "eos.json", /^[\d.]+ A\^3: -/gm, "points"),
  listing(
    "converge",
    TINY,
    ["--ecut", "2,2.5,3", "--kgrid", "1,2", "--out", "converge.json"],
    "converge.json",
    /^ecut [\d.]+ Ha, k-grid \S+: converged/gm,
    "runs",
  ),
];
