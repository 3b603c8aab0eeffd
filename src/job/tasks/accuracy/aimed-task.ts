import { NotConvergedError, requireInput } from "../../../common/failure.ts";
import { valuesOf } from "../../../common/options.ts";
import { ERROR_QUANTITIES, type ErrorQuantity } from "../../../refine/parts.ts";
import { OCCUPIED } from "../../../scf/rules/bands.ts";
import { type JobCrystal, jobCrystal } from "../../prepare/job-crystal.ts";
import type { Session } from "../../prepare/session.ts";
import { accuracyOf } from "../../schema/accuracy.ts";
import { requireSelfConsistent } from "../../schema/checks.ts";
import type { Job } from "../../schema/job.ts";
import { SCF_OPTIONS } from "../scf/options.ts";
import type { ResultFile } from "../scf/result.ts";
import { type ScfRunOptions, scfTask } from "../scf/scf-task.ts";
import type { Settings } from "../settings.ts";
import type { AccuracyReport, AccuracyRound, QuantityErrors } from "./accuracy-result.ts";
import { distance, errorsOfResult, smearingErrors } from "./error-sums.ts";
import { type Allowed, fineKgrids, KGRID_SHARE, type Search, type SpacedRun } from "./fine-kgrids.ts";
import {
  comparedResidual,
  firstCutoff,
  kgridsFor,
  RESIDUAL,
  SCF_SHARE,
  toleranceFor,
} from "./first-choices.ts";
import { cutoffFor, decayOf, estimateRatio } from "./predict.ts";
import {
  type AimedRunOptions,
  type EstimateBasis,
  type Rounds,
  roundsOf,
  SearchEnd,
  settingsText,
} from "./rounds.ts";

export type { AimedRunOptions };

/** The errors that a run is aimed at: those of the caller, or else those of the job. */
export const aimedAt = (
  { job }: Pick<Session, "job">,
  { accuracy }: Pick<ScfRunOptions, "accuracy">,
): string | undefined =>
  valuesOf("scf", { accuracy: SCF_OPTIONS.accuracy }, { accuracy }).accuracy ?? job.accuracy;

/**
 * Ground state of the job of a session; where an accuracy is asked for, at the cheapest cutoff and
 * k-grid that are found to reach it (docs/accuracy.md):
 *
 * - the basis, on a coarse k-grid: a run at a low cutoff with its errors estimated, then at cutoffs
 *   that the decay of the errors tells, each with its own estimate;
 * - the k-grid, at the low cutoff: finer and finer ones, compared with the finest;
 * - the cheapest pair whose errors add up to less than what is allowed, as the result.
 *
 * @throws InputError if the job cannot be run, or says what an accuracy chooses; NotConvergedError
 *   if it is interrupted in its first step.
 */
export async function aimedTask(session: Session, options: AimedRunOptions): Promise<ResultFile> {
  const text = aimedAt(session, options);
  if (text === undefined) return scfTask(session, options);
  requireChoosable(session.job);
  const asked = accuracyOf(text);
  const { accuracy: _, ...rest } = session.job;
  const crystal = await crystalOf(session);
  const densityTolerance = toleranceFor(asked, crystal.model, RESIDUAL);
  const job: Job = { ...rest, scf: { ...rest.scf, tolerance: { density: densityTolerance } } };
  const rounds = roundsOf({ ...session, job }, options, text, {
    crystal,
    compared: toleranceFor(asked, crystal.model, comparedResidual(crystal.model.lattice)),
    wantsStress: asked.stress !== undefined,
  });
  const search = searchOf(job, crystal, asked, rounds);
  const report = (status: AccuracyReport["status"], reason?: string): AccuracyReport => ({
    asked,
    text,
    status,
    ...(reason === undefined ? {} : { reason }),
    settings: { ...settingsOf(rounds.latest!.job), densityTolerance },
    bands: bandsOf(rounds.latest!),
    errors: search.judged === rounds.latest ? search.errors : {},
    rounds: rounds.list,
  });
  try {
    await reach(search);
    return { ...rounds.latest!, accuracy: report("reached") };
  } catch (error) {
    if (!(error instanceof SearchEnd)) throw error;
    const { latest } = rounds;
    if (latest === undefined) throw new NotConvergedError(error.message);
    const { status, message } = error;
    const isLeft = status === "interrupted" && { converged: false, status, reason: message };
    return { ...latest, ...isLeft, accuracy: report(status, message) };
  }
}

/** The crystal of a job whose cutoff is not chosen yet: symmetry and atoms need none. */
export const crystalOf = (session: Session): Promise<JobCrystal> =>
  jobCrystal({ ...session, job: { ...session.job, ecut: Math.min(session.job.ecut, ANY_ECUT) } });

/** A cutoff that fits into every machine [Ha]. */
const ANY_ECUT = 1;

/** @throws InputError for fields of a job that leave nothing to choose. */
export function requireChoosable(job: Job): void {
  requireSelfConsistent(job);
  const { kpoints, kshifts, fftSize } = job;
  const fixed = Object.entries({ kpoints, kshifts, fftSize: fftSize ?? undefined }).find(
    ([, value]) => value !== undefined,
  );
  requireInput(
    fixed === undefined,
    () =>
      `${fixed![0]}: must be left out with an accuracy, got ${JSON.stringify(fixed![1])}; cutoff and k-grid are chosen for it`,
  );
}

/** Of the error that is allowed to basis and k-grid, how much is planned for. */
const PLANNED = 0.85;
/** Most cutoffs looked at for a result, and most results: the next is of stricter settings. */
const MOST = { cutoffs: 6, results: 3 };
/** A cutoff whose errors are known is taken for a lower one if it is not higher by more. */
const NEAR = 1.15;
/** Share of what is left to the basis that a cutoff is looked for, and that it may take. */
const BASIS_SHARE = { aim: 0.8, most: 1.1 };
/** The largest basis of an estimate, and what of the error lies beyond it. */
const WIDEST = { ratio: 4, beyond: 0 };
/** How much higher the cutoff after one is whose estimate is in doubt. */
const AFTER_DOUBT = 1.25;

function searchOf({ ecut }: Job, crystal: JobCrystal, asked: Search["asked"], rounds: Rounds): Search {
  const grids = kgridsFor(crystal);
  const { first, decay } = firstCutoff(ecut, crystal.model);
  return {
    crystal,
    asked,
    aimed: ERROR_QUANTITIES.filter((quantity) => asked[quantity] !== undefined),
    rounds,
    grids,
    first,
    decay,
    errors: {},
  };
}

/** Whether the energy is all that is aimed at: its errors are estimated alone. */
const isEnergyAlone = ({ aimed }: Search): boolean => aimed.every((quantity) => quantity === "energy");

/** The first estimate tells as well where errors at higher cutoffs are. */
const startBasis = (search: Search): EstimateBasis =>
  isEnergyAlone(search) ? { ...WIDEST, of: "energy" } : { ...estimateRatio(search.decay), of: "both" };

/** Runs until a result is accurate enough. @throws SearchEnd if none is. */
async function reach(search: Search): Promise<void> {
  const { crystal, asked, aimed, rounds, grids, first } = search;
  const { model } = crystal;
  const coarsest = { ecut: first, kgrid: grids[0]!.kgrid };
  const start = await rounds.compute("basis", coarsest, { estimate: startBasis(search) });
  const cutoffs = [start];
  const ladder: SpacedRun[] = [{ ...start, spacing: grids[0]!.spacing }];
  let share = PLANNED;
  for (let results = 0; results < MOST.results; results++) {
    const allowed: Allowed = (quantity) => share * (1 - SCF_SHARE) * asked[quantity]!;
    const kErrors = await fineKgrids(search, ladder, allowed);
    const { basis, k } = await bestSettings(search, cutoffs, { ladder, kErrors }, allowed);
    const grid = ladder[k]!;
    const settings = { ecut: basis.ecut, kgrid: grid.kgrid };
    const change = { from: start, to: basis };
    const result = await rounds.compute("result", settings, { from: grid, change });
    const smearing = smearingErrors(rounds.latest!, model);
    const evidence = { result, start, basis, grid, kpoints: kErrors[k]!, smearing };
    search.judged = rounds.latest;
    search.errors = errorsOfResult(asked, evidence, model.atoms.length);
    const used = aimed.map((quantity) => (search.errors[quantity]?.error ?? Infinity) / asked[quantity]!);
    const worst = Math.max(...used);
    if (worst <= 1) return;
    const { smearing: smeared = 0 } = search.errors.energy?.parts ?? {};
    if (asked.countsSmearing && smeared > allowed("energy"))
      throw new SearchEnd(
        "not-reached",
        `the smearing alone makes an error of ${smeared.toExponential(1)} Ha per atom; lower temperature, or leave out T=0`,
      );
    if (!Number.isFinite(worst)) break;
    share *= KGRID_SHARE.most / worst;
  }
  throw new SearchEnd("not-reached", "the errors of the result add up to more than was asked for");
}

/**
 * Finds the cheapest cutoff and k-grid whose errors add up to what is allowed, running at cutoffs
 * whose errors are not known yet.
 *
 * @returns a run at that cutoff with its errors, and the place of the k-grid in the ladder.
 */
async function bestSettings(
  search: Search,
  cutoffs: AccuracyRound[],
  { ladder, kErrors }: { readonly ladder: readonly SpacedRun[]; readonly kErrors: readonly QuantityErrors[] },
  allowed: Allowed,
): Promise<{ readonly basis: AccuracyRound; readonly k: number }> {
  const { rounds, grids, aimed, decay } = search;
  for (let tried = 0; tried <= MOST.cutoffs; tried++) {
    const known = (quantity: ErrorQuantity) =>
      cutoffs.map((round) => {
        const error = round.basis?.[quantity];
        if (error === undefined)
          throw new SearchEnd(
            "not-reached",
            `the error of the ${quantity} by the basis is not known: ${round.doubt}`,
          );
        return { ecut: round.ecut, error };
      });
    const top = cutoffs.reduce((a, b) => (b.ecut > a.ecut ? b : a));
    const points = (quantity: ErrorQuantity) => [
      ...known(quantity),
      ...(quantity === "energy" ? (top.decay ?? []) : []),
    ];
    const refuted = cutoffs.filter((round) => isRefuted(round, cutoffs, search));
    const doubtful = Math.max(
      0,
      ...[...cutoffs.filter(({ doubt }) => doubt), ...refuted].map(({ ecut }) => ecut),
    );
    const highest = top.ecut;
    const candidates = kErrors.flatMap((each, k) => {
      const left = (quantity: ErrorQuantity) => allowed(quantity) - (each[quantity] ?? Infinity);
      if (aimed.some((quantity) => left(quantity) < (1 - KGRID_SHARE.most) * allowed(quantity))) return [];
      const enough = aimed.map((quantity) =>
        cutoffFor(points(quantity), BASIS_SHARE.aim * left(quantity), decay),
      );
      const ecut = Math.max(...enough, Math.ceil(AFTER_DOUBT * doubtful));
      return [{ k, ecut, left, work: ecut ** 1.5 * ladder[k]!.kpoints }];
    });
    const [best] = candidates.sort((a, b) => a.work - b.work);
    const { k, ecut, left } = best!; // one at least is fine enough
    const [enough] = cutoffs
      .filter((round) => round.ecut <= NEAR * ecut && round.ecut > doubtful)
      .filter(({ basis }) =>
        aimed.every((quantity) => basis![quantity]! <= BASIS_SHARE.most * left(quantity)),
      )
      .sort((a, b) => a.ecut - b.ecut);
    // where estimates have been too small, one is believed if a higher cutoff agrees with it
    const isBelieved = enough !== undefined && (refuted.length === 0 || enough.ecut < highest);
    if (isBelieved) return { basis: enough, k };
    if (tried === MOST.cutoffs) break;
    const slowest = Math.min(...aimed.map((quantity) => decayOf(points(quantity), decay)));
    const of = isEnergyAlone(search) ? "energy" : "all";
    const how = { from: cutoffs.at(-1)!, estimate: { ...estimateRatio(slowest), of } as const };
    const higher = enough === undefined ? ecut : Math.ceil(AFTER_DOUBT * highest);
    cutoffs.push(await rounds.compute("basis", { ecut: higher, kgrid: grids[0]!.kgrid }, how));
  }
  throw new SearchEnd(
    "not-reached",
    `${settingsText(cutoffs.at(-1)!)}: the errors by the basis do not fall as expected`,
  );
}

/** Whether a run at a higher cutoff shows an estimate too small: by its own, or by what changed. */
function isRefuted(round: AccuracyRound, cutoffs: readonly AccuracyRound[], search: Search): boolean {
  const { crystal, asked, aimed } = search;
  return cutoffs
    .filter(({ ecut }) => ecut > round.ecut)
    .some((higher) => {
      const changed = distance(round, higher, crystal.model.atoms.length);
      return aimed.some((quantity) => {
        const claimed = (round.basis?.[quantity] ?? Infinity) + SCF_SHARE * asked[quantity]!;
        return Math.max(higher.basis?.[quantity] ?? 0, changed[quantity] ?? 0) > claimed;
      });
    });
}

/** Bands of a result: the iteration holds some more than those that hold electrons. */
const bandsOf = ({ kpoints }: ResultFile): AccuracyReport["bands"] => ({
  held: Math.max(...kpoints.map(({ occupations }) => occupations.length)),
  filled: Math.max(
    ...kpoints.map(({ occupations }) => 1 + occupations.findLastIndex((f) => Math.abs(f) > OCCUPIED)),
  ),
});

/** Cutoff and k-grid of a job that was run. */
const settingsOf = ({ ecut, kgrid }: Job): Settings => ({ ecut, kgrid: kgrid as Settings["kgrid"] });
