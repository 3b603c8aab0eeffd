import type { PlaneWaveBasis } from "../../../basis/plane-wave-basis.ts";
import { InputError, NotConvergedError } from "../../../common/failure.ts";
import { type Given, valuesOf } from "../../../common/options.ts";
import type { Mat3, Vec3 } from "../../../common/vec3.ts";
import { requireEnclosable } from "../../../ground/bands.ts";
import type { Check } from "../../../ground/check/check.ts";
import type { GroundState } from "../../../ground/ground-state.ts";
import {
  atomicMagnetisation,
  losesOrder,
  magnetisation,
  spinDensity,
} from "../../../observables/magnetisation.ts";
import type { BlockProgress } from "../../../parallel/blocks.ts";
import type { BasisEnergy } from "../../../refine/basis-energy.ts";
import { CUTOFF_RATIO, type ErrorEstimateOptions } from "../../../refine/error-estimates.ts";
import type { ScfStep } from "../../../scf/state.ts";
import { VERSION } from "../../../version.ts";
import type { KnownCrystal } from "../../prepare/job-crystal.ts";
import { chargeOf } from "../../prepare/model.ts";
import { type PreparedScf, prepareSession, type RunOptions } from "../../prepare/prepare-scf.ts";
import { pseudopotentialsInUse } from "../../prepare/pseudopotentials-in-use.ts";
import { errorsNeeds, requireFurtherRoom } from "../../prepare/room/further-room.ts";
import type { Session } from "../../prepare/session.ts";
import { checksOf } from "./checks-of.ts";
import {
  type EnergyBarOptions,
  type EnergyBounds,
  type EnergyCertificate,
  energyBars,
  requireConvex,
} from "./energy-bars/energy-bars.ts";
import { atFinerDensity } from "./energy-bars/finer-state.ts";
import { groundFields } from "./ground-fields.ts";
import { SCF_OPTIONS } from "./options.ts";
import type { KpointResult, ResultFile } from "./result.ts";
import { type ResultErrors, resultErrors } from "./result-errors.ts";
import { solveSession } from "./solve-session.ts";
import { surfaces } from "./surfaces.ts";
import { whyNotConverged } from "./why-not-converged.ts";

/** What a run needs beside the job, and what is asked of its end. */
export interface ScfRunOptions extends RunOptions, Given<typeof SCF_OPTIONS> {
  /** Hears how many k-points have been searched for missed levels. */
  readonly onCheck?: BlockProgress;
  /** Hears how far the estimate of the errors is. */
  readonly onErrors?: ErrorEstimateOptions["onProgress"];
  /** Which errors are estimated, and how. Default all, on a basis of three times the cutoff. */
  readonly estimates?: Pick<ErrorEstimateOptions, "cutoff" | "without"> | undefined;
  /** Estimates the error of the energy by the basis, and no other, from a cutoff [Ha]. */
  readonly basisEnergy?:
    | { readonly cutoff: number; readonly found: (error: BasisEnergy) => void }
    | undefined;
  /** Hears how many k-points have their bands enclosed for the interval of the energy. */
  readonly onErrorBars?: EnergyBarOptions["onProgress"];
  /** Hears what proves the interval of the energy. */
  readonly onCertificate?: (certificate: EnergyCertificate) => void;
}

/** Ground state of the job of a session, at the settings of the job. */
export async function scfTask(
  session: Session,
  { crystal, ...options }: ScfRunOptions & KnownCrystal,
): Promise<ResultFile> {
  const { check: isAsked, errors: wantsErrors, errorBars, barWidth } = valuesOf("scf", SCF_OPTIONS, options);
  if (errorBars) requireConvex(session);
  const check = isAsked || session.job.check;
  const prepared = await prepareSession(session, { ...options, crystal }, ({ needs }, model) => {
    if (errorBars) requireEnclosable(model, [], "scf");
    const { cutoff = CUTOFF_RATIO * session.job.ecut } = options.estimates ?? {};
    if (wantsErrors) requireFurtherRoom(session, errorsNeeds(needs, cutoff / session.job.ecut));
  });
  const state = await solveSession(session, prepared, options);
  try {
    await options.onFields?.(groundFields(state));
    const isWhole = state.status !== "interrupted"; // else somebody wants to leave
    const forces = isWhole ? await state.forces() : undefined;
    const stress = isWhole && prepared.job.stress ? await state.stress() : undefined;
    const checks =
      check && state.converged
        ? await checksOf(state, { onProgress: options.onCheck, signal: options.signal })
        : undefined;
    const unchecked =
      check && !state.converged
        ? [
            `${session.named("check")}: nothing is checked, because there is no ground state (${state.status})`,
          ]
        : [];
    const errors = wantsErrors && state.converged ? await estimated(state, options) : {};
    const alone = options.basisEnergy && state.converged ? await energyEstimated(state, options) : {};
    const enclosed =
      errorBars && state.converged ? await enclosedEnergy(session, state, barWidth, options) : {};
    const { threads } = state.orbitals;
    const resources = { ...session.resources(await state.orbitals.peakMemory()), threads };
    const why = whyNotConverged(session, { last: state.last, reason: state.status });
    return resultFile(
      prepared,
      state,
      { why, forces, stress, checks, unchecked, ...alone, ...errors, ...enclosed },
      resources,
    );
  } finally {
    await state.close();
  }
}

/** What a spin-polarised run says about its moments; nothing otherwise. */
function moments({ model, grid }: PlaneWaveBasis, { rhoOut }: ScfStep) {
  if (model.nSpin === 1) return {};
  const m = spinDensity(rhoOut);
  const { total, absolute } = magnetisation(m, grid.dvol);
  return {
    magnetisation: total,
    absoluteMagnetisation: absolute,
    atomicMagnetisation: atomicMagnetisation(model, grid, m),
  };
}

/** Part of the initial moments below which the final ones have vanished. */
const VANISHED = 0.01;

/** Says when a run that began with moments has ended without: a magnetic state may lie lower. */
function lostMoments({ model, grid }: PlaneWaveBasis, { rhoOut }: ScfStep): string[] {
  const initial = model.atoms.map(({ magneticMoment = 0 }) => Math.abs(magneticMoment));
  const total = initial.reduce((sum, m) => sum + m, 0);
  if (model.nSpin === 1 || total === 0) return [];
  const m = spinDensity(rhoOut);
  if (magnetisation(m, grid.dvol).absolute > VANISHED * total)
    return losesOrder(model.atoms, atomicMagnetisation(model, grid, m).moments)
      ? [
          'structure.atoms: the antiferromagnetic order of the initial moments was lost; a state that has it may lie lower: compare the energy of a run with "damping": 0.3 in scf, which keeps more of it',
        ]
      : [];
  const largest = Math.max(...initial);
  return [
    `structure.atoms: the moments vanished; a magnetic state may lie lower that starts of at most ${largest} μB do not reach: compare the energy of a run from larger ones, such as "magneticMoment": ${Math.max(3, Math.ceil(2 * largest))}`,
  ];
}

/** What is asked of the end of an iteration. */
interface Found {
  readonly why: Pick<ResultFile, "reason" | "diagnosis">;
  readonly forces: readonly Vec3[] | undefined;
  readonly stress: Mat3 | undefined;
  readonly checks: readonly Check[] | undefined;
  /** Why there are none. */
  readonly unchecked: readonly string[];
  readonly errors?: ResultErrors;
  readonly energyBounds?: EnergyBounds;
  readonly warnings?: readonly string[];
  /** Why the energy has no interval. */
  readonly unproved?: readonly string[];
}

/** Encloses the energy of a state; where that cannot be done, says why. */
async function enclosedEnergy(
  session: Session,
  state: GroundState,
  width: number,
  { onErrorBars, onCertificate, signal }: ScfRunOptions,
): Promise<Pick<Found, "energyBounds" | "unproved">> {
  const found = await atFinerDensity(session, state, width, { signal }, (finer) =>
    energyBars(finer, { width, signal, onProgress: onErrorBars }),
  );
  if (typeof found === "string") return { unproved: [`error bars: no interval of the energy: ${found}`] };
  const { certificateDensity, ...bounds } = found.bounds;
  if (onCertificate === undefined) return { energyBounds: bounds }; // of a density that nobody gets
  onCertificate(found.certificate);
  return { energyBounds: { ...bounds, certificateDensity } };
}

/** Estimates the errors of a state; where that cannot be done, says why. */
async function estimated(
  state: GroundState,
  { onErrors, estimates, signal }: ScfRunOptions,
): Promise<Pick<Found, "errors" | "warnings">> {
  try {
    const { warnings, ...found } = await state.errors({ ...estimates, onProgress: onErrors, signal });
    return { errors: resultErrors(found), warnings };
  } catch (error) {
    return notEstimated(error);
  }
}

/** Tells the error of the energy by the basis; where that cannot be done, says why. */
async function energyEstimated(
  state: GroundState,
  { basisEnergy, signal }: ScfRunOptions,
): Promise<Pick<Found, "warnings">> {
  try {
    basisEnergy!.found(await state.basisEnergy(basisEnergy!.cutoff, signal));
    return {};
  } catch (error) {
    return notEstimated(error);
  }
}

function notEstimated(error: unknown): Pick<Found, "warnings"> {
  if (error instanceof InputError || error instanceof NotConvergedError)
    return { warnings: [`errors: none estimated: ${error.message}`] };
  throw error;
}

function resultFile(
  { job, warnings, symmetry, choice, dipoleAxis }: PreparedScf,
  state: GroundState,
  { why, forces, stress, checks, unchecked, errors, energyBounds, warnings: more = [], unproved = [] }: Found,
  resources: ResultFile["resources"],
): ResultFile {
  const { basis, last, status } = state;
  const { model, grid } = basis;
  const charge = chargeOf(model);
  const { warnings: ofVacuum, ...surface } = surfaces(dipoleAxis, state);
  return {
    stillwave: VERSION,
    job,
    converged: state.converged,
    status,
    ...why,
    iterations: last.row.step,
    energies: state.energies,
    fermiLevel: state.fermiLevel,
    ...surface,
    electrons: model.electrons,
    ...(charge === 0 ? {} : { charge }),
    pseudopotentials: pseudopotentialsInUse(job, model),
    ...moments(basis, last),
    kpoints: state.levels.map(
      ({ k, weight, spin, energies, occupations }): KpointResult => ({
        k,
        weight,
        ...(model.nSpin === 2 ? { spin: spin as 0 | 1 } : {}),
        eigenvalues: [...energies],
        occupations: [...occupations],
      }),
    ),
    history: state.history,
    ...(forces === undefined ? {} : { forces }),
    ...(stress === undefined ? {} : { stress }),
    ...(checks === undefined ? {} : { checks }),
    ...(errors === undefined ? {} : { errors }),
    ...(energyBounds === undefined ? {} : { energyBounds }),
    ...(symmetry === undefined ? {} : { symmetry }),
    ...("spacing" in job.kgrid && "kgrid" in choice ? { kgrid: choice.kgrid } : {}),
    fftSize: [...grid.size],
    planeWaves: basis.kpoints.map(({ planeWaves }) => planeWaves),
    resources,
    warnings: [
      ...new Set([
        ...warnings,
        ...state.warnings,
        ...lostMoments(basis, last),
        ...ofVacuum,
        ...unchecked,
        ...more,
        ...unproved,
      ]),
    ],
  };
}
