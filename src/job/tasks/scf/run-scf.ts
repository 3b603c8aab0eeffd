import type { PlaneWaveBasis } from "../../../basis/plane-wave-basis.ts";
import { plural } from "../../../common/plural.ts";
import type { Mat3, Vec3 } from "../../../common/vec3.ts";
import { atomicMagnetisation, magnetisation, spinDensity } from "../../../observables/magnetisation.ts";
import { groundForces, groundStress } from "../../../scf/derivatives.ts";
import { diagnose } from "../../../scf/diagnosis.ts";
import type { ScfEnd } from "../../../scf/scf.ts";
import type { ScfStep } from "../../../scf/state.ts";
import { VERSION } from "../../../version.ts";
import { drain } from "../../prepare/drain.ts";
import { type PreparedScf, prepareSession, type RunOptions } from "../../prepare/prepare-scf.ts";
import { pseudopotentialsInUse } from "../../prepare/pseudopotentials-in-use.ts";
import { openSession, type Session } from "../../prepare/session.ts";
import { parseJob } from "../../schema/schema.ts";
import { groundFields } from "./ground-fields.ts";
import type { KpointResult, ResultFile } from "./result.ts";

/**
 * Ground state of a job.
 *
 * @param job a job file's content.
 * @throws InputError if the job cannot be run; not converging is a result, not an exception.
 */
export const runScf = async (job: unknown, options: RunOptions = {}): Promise<ResultFile> =>
  scfTask(await openSession(parseJob(job), options), options);

/** Ground state of the job of a session. */
export async function scfTask(session: Session, options: RunOptions): Promise<ResultFile> {
  const prepared = await prepareSession(session, options);
  const end = await drain(prepared.problem, prepared.options, options);
  try {
    const { last, orbitals, reason } = end;
    await options.onFields?.(groundFields(prepared.problem, end));
    const isWhole = reason !== "interrupted"; // else the orbitals are between two steps, and somebody wants to leave
    const forces = isWhole ? await groundForces(prepared.problem, last, orbitals) : undefined;
    const stress =
      isWhole && prepared.job.stress ? await groundStress(prepared.problem, last, orbitals) : undefined;
    const { threads } = end.orbitals;
    const resources = { ...session.resources(await end.orbitals.peakMemory()), threads };
    return resultFile(prepared, end, { forces, stress }, resources);
  } finally {
    await end.orbitals.close();
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

/** Why a run has not converged and what to do; nothing where it has. */
function whyNot(
  { job }: Pick<PreparedScf, "job">,
  { last, reason }: Pick<ScfEnd, "last" | "reason">,
): Pick<ResultFile, "reason" | "diagnosis"> {
  if (reason === "converged") return {};
  const { row, state, occupation } = last;
  const residual = `density residual ${row.densityResidual.toExponential(2)}`;
  if (reason === "interrupted")
    return { reason: `interrupted after ${plural(row.step, "step")}, ${residual}` };
  const diagnosis = diagnose({
    history: state.history,
    occupation,
    nBands: last.levels[0]!.eigenvalues.length,
    tolerance: job.scf.tolerance.density,
    mixing: job.scf.mixing.name,
    damping: job.scf.damping,
  });
  if (reason === "no-gap") return { reason: diagnosis.cause, diagnosis };
  return { reason: `the limit of ${row.step} steps was reached, ${residual}`, diagnosis };
}

/** Part of the initial moments below which the final ones have vanished. */
const VANISHED = 0.01;

/** Says when a run that began with moments has ended without: a magnetic state may lie lower. */
function lostMoments({ model, grid }: PlaneWaveBasis, { rhoOut }: ScfStep): string[] {
  const initial = model.atoms.map(({ magneticMoment = 0 }) => Math.abs(magneticMoment));
  const total = initial.reduce((sum, m) => sum + m, 0);
  if (model.nSpin === 1 || total === 0) return [];
  if (magnetisation(spinDensity(rhoOut), grid.dvol).absolute > VANISHED * total) return [];
  const largest = Math.max(...initial);
  return [
    `structure.atoms: the moments vanished; a magnetic state may lie lower that starts of at most ${largest} μB do not reach: compare the energy of a run from larger ones, such as "magneticMoment": ${Math.max(3, Math.ceil(2 * largest))}`,
  ];
}

function resultFile(
  { job, problem, warnings, symmetry, choice }: PreparedScf,
  { last, orbitals, reason }: ScfEnd,
  { forces, stress }: { readonly forces: readonly Vec3[] | undefined; readonly stress: Mat3 | undefined },
  resources: ResultFile["resources"],
): ResultFile {
  const { basis } = problem;
  const { model, grid } = basis;
  const { blocks } = orbitals.spec;
  const kpoints = blocks.map(
    ({ k, weight, spin }, i): KpointResult => ({
      k,
      weight,
      ...(model.nSpin === 2 ? { spin: spin as 0 | 1 } : {}),
      eigenvalues: Array.from(last.levels[i]!.eigenvalues),
      occupations: Array.from(last.occupation.occupations[i]!),
    }),
  );
  const { row } = last;
  return {
    stillwave: VERSION,
    job,
    converged: reason === "converged",
    status: reason,
    ...whyNot({ job }, { last, reason }),
    iterations: row.step,
    energies: last.energies,
    fermiLevel: last.occupation.fermiLevel,
    electrons: model.electrons,
    pseudopotentials: pseudopotentialsInUse(job, model),
    ...moments(basis, last),
    kpoints,
    history: last.state.history,
    ...(forces === undefined ? {} : { forces }),
    ...(stress === undefined ? {} : { stress }),
    ...(symmetry === undefined ? {} : { symmetry }),
    ...("spacing" in job.kgrid && "kgrid" in choice ? { kgrid: choice.kgrid } : {}),
    fftSize: [...grid.size],
    planeWaves: basis.kpoints.map(({ planeWaves }) => planeWaves),
    resources,
    warnings: [...new Set([...warnings, ...last.warnings, ...lostMoments(basis, last)])],
  };
}
