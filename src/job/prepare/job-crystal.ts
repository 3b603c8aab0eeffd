import type { Mat3 } from "../../common/vec3.ts";
import { createKernels } from "../../kernels/backends.ts";
import type { GridSize, Kernels } from "../../kernels/kernels.ts";
import type { Model } from "../../model/model.ts";
import type { StructureInFile } from "../../model/structure.ts";
import { requireCutoff } from "../schema/checks.ts";
import { type SymmetricModel, symmetricModel } from "./crystal.ts";
import { dipoleAxis, modelFromJob, readPseudopotentials } from "./model.ts";
import { type JobSizes, jobSizes, requireRoom } from "./room/sizes.ts";
import type { Session } from "./session.ts";
import { resolveStructure } from "./structure.ts";

/** The crystal of a job: pseudopotentials, exact symmetry, and the structure as given. */
export interface JobCrystal extends SymmetricModel {
  readonly structure: StructureInFile;
}

/**
 * Reads the crystal of a session's job and finds its symmetry, unless the job fits into no machine.
 *
 * @param adapt what is made of the model before that.
 * @throws InputError if it is no crystal, or `adapt` does.
 */
export async function jobCrystal(
  { job, readText, platform }: Session,
  adapt: (model: Model) => Model = (model) => model,
): Promise<JobCrystal> {
  requireCutoff(job);
  const structure = await resolveStructure(job, readText, platform);
  const asGiven = adapt(modelFromJob(job, structure, await readPseudopotentials(job, readText)));
  requireRoom(job, asGiven, platform.systemMemory());
  return { structure, ...(await symmetricModel(job, asGiven, platform)) };
}

/** A crystal with the sizes of its ground state, and kernels that can hold it. */
export interface SizedCrystal extends JobCrystal {
  readonly kernels: Kernels;
  readonly sizes: JobSizes;
  /** Lattice vector along which the dipole is corrected for, 0 to 2; none without correction. */
  readonly dipoleAxis: 0 | 1 | 2 | undefined;
}

/** The crystal of a job where it has been read before, for one with other settings. */
export interface KnownCrystal {
  readonly crystal?: JobCrystal | undefined;
}

/** Choices for the first geometry of a crystal, which stay while its atoms and cell move. */
export interface KeptChoices extends KnownCrystal {
  /** Cell and grid of plane waves. */
  readonly planeWaves?: { readonly lattice: Mat3; readonly fftSize: GridSize } | undefined;
  /** Axis of the dipole correction, 0 to 2, whatever the vacuum is now. */
  readonly dipoleAxis?: 0 | 1 | 2 | undefined;
}

/**
 * Finds the sizes of the ground state of a session's job, which fits.
 *
 * @throws InputError if the job cannot be run, as one too large for this machine, or one whose
 *   dipole correction has no vacuum.
 */
export async function sizedCrystal(
  session: Session,
  { crystal: known, planeWaves: waves, dipoleAxis: axis }: KeptChoices = {},
): Promise<SizedCrystal> {
  const { job, backend } = session;
  const [crystal, kernels] = await Promise.all([known ?? jobCrystal(session), createKernels(backend)]);
  const { lattice } = crystal.model;
  const model: Model = waves
    ? { ...crystal.model, lattice: { ...lattice, waves: waves.lattice } }
    : crystal.model;
  const sized = { ...crystal, model, kernels };
  const sizes = sizesOf(waves ? { ...session, job: { ...job, fftSize: waves.fftSize } } : session, sized);
  return { ...sized, sizes, dipoleAxis: axis ?? dipoleAxis(job, model) };
}

/** Finds the sizes of a session's job for its crystal. @throws InputError if it does not fit. */
export function sizesOf(
  { job, threads, platform }: Session,
  { model, operations, kernels }: Pick<SizedCrystal, "model" | "operations" | "kernels">,
): JobSizes {
  return jobSizes(job, model, operations, {
    threads,
    systemMemory: platform.systemMemory(),
    most: kernels.memory().most,
  });
}
