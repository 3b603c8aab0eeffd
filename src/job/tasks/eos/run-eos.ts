import { NotConvergedError, requireInput } from "../../../common/failure.ts";
import { type Given, valuesOf } from "../../../common/options.ts";
import type { GroundState } from "../../../ground/ground-state.ts";
import { scaleRows } from "../../../model/structure.ts";
import { equationOfState } from "../../../observables/equation-of-state.ts";
import { VERSION } from "../../../version.ts";
import { prepareSession, type RunOptions } from "../../prepare/prepare-scf.ts";
import { requireRunnable } from "../../prepare/room/further-room.ts";
import { openSession, type Session } from "../../prepare/session.ts";
import { requireSelfConsistent } from "../../schema/checks.ts";
import type { Job } from "../../schema/job.ts";
import { parseJob } from "../../schema/schema.ts";
import { recordedFile } from "../recorded.ts";
import { movedJob, solveConverged } from "../scf/solve-session.ts";
import type { EosFile, EosPoint } from "./eos-result.ts";
import { EOS_OPTIONS } from "./options.ts";

/** Options of an equation of state, and functions that hear of its progress. */
export interface EosOptions
  extends Given<typeof EOS_OPTIONS>,
    Omit<RunOptions, "onFields" | "restart" | "checkpoint" | "keepOrbitals" | "planeWaves"> {
  /** Called after every volume with all that is known, from which a later run can go on. */
  readonly onPoint?: (file: EosFile) => void | Promise<void>;
  /** What `onPoint` was given, of the same job: its volumes are not computed again. */
  readonly restart?: unknown;
}

/**
 * Finds the equation of state of a crystal: the volume of lowest energy, the bulk modulus and its
 * derivative, from energies at several volumes of one shape.
 *
 * Cells are the job's, scaled alike along all directions; fractional coordinates and divisions of
 * the k-grid stay. Every cell has the plane waves below the job's cutoff, and starts from density
 * and orbitals of the next smaller one.
 *
 * @param value a job file's content.
 * @throws InputError if the job or an option cannot be used, NotConvergedError if a volume has no
 *   ground state.
 *
 * @example
 * ```ts
 * import { bulk, newJob, runEos } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * const { points, fit } = await runEos(job, { points: 5, range: 12 });
 * console.log(points.length, fit?.volume, fit?.bulkModulus);
 * ```
 */
export const runEos = async (value: unknown, options: EosOptions = {}): Promise<EosFile> =>
  eosTask(await openSession(parseJob(value), options), options);

/** The same for the job of a session. */
export async function eosTask(session: Session, options: EosOptions): Promise<EosFile> {
  requireSelfConsistent(session.job);
  const { onPoint, restart, onWarnings, ...run } = options;
  const { range, points: count } = valuesOf("eos", EOS_OPTIONS, options);
  const { problem, warnings, dipoleAxis } = await prepareSession(session, {
    ...run,
    ...(onWarnings && { onWarnings }),
  });
  const { model, choice } = problem.basis;
  // A spacing of k-points would give other divisions in other cells.
  const job: Job = "kgrid" in choice ? { ...session.job, kgrid: choice.kgrid } : session.job;
  const positions = model.atoms.map(({ position }) => position);
  const { vectors, volume } = model.lattice;
  const cellOf = (wanted: number) => scaleRows(Math.cbrt(wanted / volume), vectors);
  const volumes = Array.from(
    { length: count },
    (_, i) => volume * (1 + (range / 100) * ((2 * i) / (count - 1) - 1)),
  );

  // The largest cell has most plane waves.
  await requireRunnable({ ...session, job: movedJob(job, model, positions, cellOf(volumes.at(-1)!)) });

  const told = { range, points: count };
  const recorded = recordedPoints(restart, session.job, told);
  const points: EosPoint[] = [];
  const file = async (): Promise<EosFile> => {
    const complete = points.length === count;
    const fit = complete
      ? await equationOfState(
          points.map((point) => point.volume),
          points.map(({ energy }) => energy),
        )
      : undefined;
    return {
      stillwave: VERSION,
      job: session.job,
      options: told,
      complete,
      atoms: model.atoms.length,
      volume,
      points,
      ...(fit && { fit, lattice: cellOf(fit.volume) }),
      resources: session.resources(),
      warnings,
    };
  };
  let state: GroundState | undefined;
  try {
    for (const wanted of volumes) {
      const known = recorded[points.length];
      if (known !== undefined) {
        points.push(known);
        continue;
      }
      if (options.signal?.aborted) return file();
      if (state === undefined) {
        const at = { ...session, job: movedJob(job, model, positions, cellOf(wanted)) };
        state = await solveConverged(at, await prepareSession(at, { ...run, dipoleAxis }), run);
      } else state = await state.moved(positions, cellOf(wanted), "cutoff");
      const stress = await state.stress();
      points.push({
        volume: wanted,
        energy: state.energies.total,
        pressure: -(stress[0][0] + stress[1][1] + stress[2][2]) / 3,
        scfSteps: state.history.length,
      });
      await onPoint?.(await file());
    }
    return file();
  } catch (error) {
    if (error instanceof NotConvergedError && options.signal?.aborted && points.length > 0) return file();
    throw error;
  } finally {
    await state?.close();
  }
}

/** Points of a file of before. @throws InputError if it is of another job, or of other volumes. */
function recordedPoints(value: unknown, job: Job, told: EosFile["options"]): readonly EosPoint[] {
  if (value === undefined) return [];
  const { options, points } = recordedFile<EosFile>(value, job, "an equation of state", ["points"]);
  requireInput(
    JSON.stringify(options) === JSON.stringify(told),
    () =>
      `restart: must be of the same volumes, got ${options?.points} within ${options?.range} %; leave it out to begin anew`,
  );
  return points;
}
