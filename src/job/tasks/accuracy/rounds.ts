import { InputError, NotConvergedError } from "../../../common/failure.ts";
import { asRealField } from "../../../kernels/fields.ts";
import type { BasisEnergy } from "../../../refine/basis-energy.ts";
import type { ErrorQuantity } from "../../../refine/parts.ts";
import type { JobCrystal } from "../../prepare/job-crystal.ts";
import type { Session } from "../../prepare/session.ts";
import type { Checkpoint } from "../../prepare/starting-point.ts";
import type { Job } from "../../schema/job.ts";
import type { ResultFile } from "../scf/result.ts";
import { type ScfRunOptions, scfTask } from "../scf/scf-task.ts";
import type { Settings } from "../settings.ts";
import type { AccuracyRound, QuantityErrors, RoundPurpose } from "./accuracy-result.ts";
import { errorsOf } from "./error-sums.ts";
import { RESIDUAL } from "./first-choices.ts";
import { type estimateRatio, expectedDecay } from "./predict.ts";

/** Options of a run with or without an accuracy, and functions that hear of its progress. */
export interface AimedRunOptions extends ScfRunOptions {
  /** Hears of every run on the way before it begins. */
  readonly onAim?: (settings: Settings, purpose: RoundPurpose) => void;
  /** Hears of every run once it has ended. */
  readonly onRound?: (round: AccuracyRound) => void;
  /** What runs a job. Default `scfTask`. */
  readonly run?: typeof scfTask;
}

/** Ends the search for settings. */
export class SearchEnd extends Error {
  readonly status: "not-reached" | "interrupted";

  constructor(status: "not-reached" | "interrupted", reason: string) {
    super(reason);
    this.status = status;
  }
}

const INTERRUPTED = "interrupted before the accuracy was reached";

/** The basis of estimated errors: `estimateRatio`. */
export type EstimateBasis = ReturnType<typeof estimateRatio> & {
  /** What is estimated: the energy alone takes a small part of the time of all. */
  readonly of: "energy" | "all" | "both";
};

/** Makes the runs of a search, and remembers them. */
export interface Rounds {
  readonly list: readonly AccuracyRound[];
  /** The last result, or else the last run; undefined before the first has ended. */
  readonly latest: ResultFile | undefined;
  /**
   * @param from settings of a run of before whose density it starts from; default the last.
   * @param change two more, whose difference of densities is expected from there.
   * @param estimate how much larger the basis for estimates of its errors is, and the share of
   *   them that lies beyond it; absent: they are not estimated.
   * @throws SearchEnd if it is interrupted, does not converge or does not fit.
   */
  compute(
    purpose: RoundPurpose,
    settings: Settings,
    how?: {
      readonly from?: Settings;
      readonly change?: { readonly from: Settings; readonly to: Settings };
      readonly estimate?: EstimateBasis;
    },
  ): Promise<AccuracyRound>;
}

/** What a checkpoint on the way holds beside the state: runs that are not made again. */
interface Aim {
  readonly text: string;
  readonly job: Job;
  readonly rounds: readonly AccuracyRound[];
}

/**
 * Prepares the runs of a job.
 *
 * @param text the accuracy that they are for.
 * @param about its crystal, the density residual of runs that are compared only, and whether the
 *   stress of runs on the way is needed.
 */
export function roundsOf(
  session: Session,
  options: AimedRunOptions,
  text: string,
  {
    crystal,
    compared,
    wantsStress,
  }: { readonly crystal: JobCrystal; readonly compared: number; readonly wantsStress: boolean },
): Rounds {
  const { job } = session;
  const { run = scfTask, onAim, onRound, accuracy: _, ...rest } = options;
  const { errorBars: _bars, check: _check, errors: _errors, onFields: _fields, ...onTheWay } = rest;
  const known = (options.restart as { readonly aim?: Aim } | undefined)?.aim;
  const isKnown = known?.text === text && JSON.stringify(known.job) === JSON.stringify(job);
  const states = new Map<string, Checkpoint>();
  const list: AccuracyRound[] = [];
  let state = options.restart as Checkpoint | undefined; // scfTask checks it
  let latest: ResultFile | undefined;
  let spent: Partial<ResultFile["resources"]> = {};
  /** Writes the last state with all runs so far. */
  const keep = async () => {
    const aim: Aim = { text, job, rounds: list };
    if (state !== undefined) await rest.checkpoint?.({ ...state, aim } as Checkpoint);
  };
  return {
    list,
    get latest() {
      return latest;
    },
    async compute(purpose, { ecut, kgrid }, { from, change, estimate } = {}) {
      const name = settingsText({ ecut, kgrid });
      const isSame = (round: AccuracyRound) => round.purpose === purpose && settingsText(round) === name;
      const before = isKnown && purpose !== "result" ? known.rounds.find(isSame) : undefined;
      if (before !== undefined) {
        list.push(before);
        return before;
      }
      if (options.signal?.aborted) throw new SearchEnd("interrupted", INTERRUPTED);
      onAim?.({ ecut, kgrid }, purpose);
      /** All but what is said of a density that this search has carried along. */
      const own = (warnings: readonly string[]) =>
        warnings.filter((text) => list.length === 0 || !text.startsWith(`${session.named("restart")}:`));
      const isResult = purpose === "result";
      const stress = job.stress || wantsStress;
      const scf = purpose === "k-grid" ? { ...job.scf, tolerance: { density: compared } } : job.scf;
      const chosen: Job = { ...job, ecut, kgrid, scf, stress, check: isResult && job.check };
      let alone: BasisEnergy | undefined;
      const stateAt = (settings: Settings | undefined) => settings && states.get(settingsText(settings));
      const start = stateAt(from) ?? state;
      const [changeFrom, changeTo] = [stateAt(change?.from), stateAt(change?.to)];
      const found = await run(
        { ...session, job: chosen },
        {
          ...(isResult ? rest : onTheWay),
          crystal,
          ...(estimate &&
            estimate.of !== "all" && {
              basisEnergy: {
                cutoff: estimate.ratio * ecut,
                found: (found: BasisEnergy) => {
                  alone = found;
                },
              },
            }),
          ...(estimate &&
            estimate.of !== "energy" && {
              errors: true,
              estimates: { cutoff: estimate.ratio * ecut, without: ["kpoints", "smearing"] },
            }),
          restart:
            changeFrom && changeTo
              ? { ...start!, carried: { ecut: from!.ecut, change: { from: changeFrom, to: changeTo } } }
              : start,
          keepOrbitals: !isResult || rest.keepOrbitals === true,
          onWarnings: (warnings) => rest.onWarnings?.(own(warnings)),
          checkpoint: async (reached) => {
            state = isResult ? reached : { ...reached, rho: meanDensity(reached), carried: { ecut } };
            states.set(name, state);
            await keep();
          },
        },
      ).catch((error: unknown) => {
        // what was found before is not lost to a run that does not fit, or ends in its first step
        if (latest !== undefined && (error instanceof InputError || error instanceof NotConvergedError))
          throw new SearchEnd(options.signal?.aborted ? "interrupted" : "not-reached", error.message);
        throw error;
      });
      const result: ResultFile = { ...found, warnings: own(found.warnings) };
      latest = result;
      // estimates of its errors may be what was interrupted
      if (result.status === "interrupted" || (options.signal?.aborted && !isResult))
        throw new SearchEnd("interrupted", INTERRUPTED);
      const round = roundOf(purpose, { ecut, kgrid }, result, {
        atoms: crystal.model.atoms.length,
        before: spent,
        beyond: estimate?.beyond ?? 0,
        alone,
      });
      spent = result.resources;
      list.push(round);
      await keep();
      onRound?.(round);
      if (!result.converged) throw new SearchEnd("not-reached", `${name}: ${result.reason ?? result.status}`);
      return round;
    },
  };
}

/**
 * Half of a step beyond the density of an end: nearer to self-consistency than the output, as the
 * output turns back where the dielectric operator is larger than 2.
 */
const meanDensity = ({ rho, settled }: Checkpoint): Checkpoint["rho"] =>
  settled === undefined ? rho : asRealField(settled.rhoOut.map((x, r) => (x + settled.rhoIn[r]!) / 2));

export const settingsText = ({ ecut, kgrid }: Settings): string =>
  `ecut ${ecut} Ha, k-grid ${kgrid.join("x")}`;

/** Estimates find this share of the error by the basis at least (docs/error-estimates.md). */
const FOUND: Readonly<Record<ErrorQuantity, number>> = { energy: 0.89, forces: 0.8, stress: 0.73 };

function roundOf(
  purpose: RoundPurpose,
  settings: Settings,
  result: ResultFile,
  {
    atoms,
    before,
    beyond,
    alone,
  }: {
    readonly atoms: number;
    readonly before: Partial<ResultFile["resources"]>;
    readonly beyond: number;
    readonly alone: BasisEnergy | undefined;
  },
): AccuracyRound {
  const { status, iterations, history, energies, forces, stress, kpoints, resources, errors } = result;
  const { planeWaves } = result;
  const warnings = [...result.warnings, ...aloneDoubts(alone)];
  const of = (quantity: ErrorQuantity, name: "basis" | "scf" | "eigensolver") => {
    const part = errors?.parts[name][quantity];
    return part !== undefined && "error" in part
      ? Math.abs(part.error) / (quantity === "energy" ? atoms : 1)
      : undefined;
  };
  const both = (a: number | undefined, b: number | undefined) =>
    a === undefined || b === undefined ? undefined : a + b;
  const estimated: { readonly basis?: QuantityErrors; readonly scf?: QuantityErrors } = errors
    ? {
        basis: errorsOf((quantity) => {
          const error = of(quantity, "basis");
          return error && error / (FOUND[quantity] * (1 - beyond));
        }),
        scf: errorsOf((quantity) => both(of(quantity, "scf"), of(quantity, "eigensolver"))),
      }
    : {};
  const last = history.at(-1)?.densityResidual ?? 0;
  const ofEnergy = alone && aloneErrors(alone, last, atoms, beyond);
  const waves = kpoints.filter(({ spin = 0 }) => spin === 0);
  const doubts = warnings.filter((warning) => warning.startsWith("errors: "));
  return {
    ...settings,
    purpose,
    status,
    iterations,
    hamiltonianApplications: history.reduce((sum, row) => sum + row.hamiltonianApplications, 0),
    kpoints: waves.length,
    planeWaves:
      waves.reduce((sum, { weight }, i) => sum + weight * planeWaves[i]!, 0) /
      waves.reduce((sum, { weight }) => sum + weight, 0),
    residual: last,
    seconds: resources.wallSeconds - (before.wallSeconds ?? 0),
    ...(resources.cpuSeconds !== undefined && {
      cpuSeconds: resources.cpuSeconds - (before.cpuSeconds ?? 0),
    }),
    energy: energies.total,
    forces,
    stress: stress as AccuracyRound["stress"],
    ...ofEnergy,
    ...estimated,
    ...(doubts.length > 0 && { doubt: doubts.map((text) => text.slice("errors: ".length)).join("; ") }),
  };
}

/** Estimates of the energy alone find this share of its error by the basis at least. */
const FOUND_ALONE = 0.85;
/** Norm² of the correction of a band above which the first order is in doubt. */
const LARGE_CORRECTION = 0.05;

/** Errors of a round whose energy alone was estimated, per atom. */
function aloneErrors(
  { error, decay, cutoff }: BasisEnergy,
  residual: number,
  atoms: number,
  beyond: number,
): Pick<AccuracyRound, "basis" | "scf" | "decay"> {
  const scale = 1 / (FOUND_ALONE * (1 - beyond) * atoms);
  return {
    basis: { energy: scale * error },
    scf: { energy: (RESIDUAL.energy * residual ** 2) / atoms },
    decay: expectedDecay(decay, cutoff).map((each) => ({ ...each, error: scale * each.error })),
  };
}

const aloneDoubts = (alone: BasisEnergy | undefined): string[] =>
  alone !== undefined && alone.largest > LARGE_CORRECTION
    ? [`errors: an orbital lacks ${(100 * alone.largest).toFixed(0)} % of its norm in this basis`]
    : [];
