import type { Model } from "../../model/model.ts";
import type { StructureInFile } from "../../model/structure.ts";
import { type SymmetricModel, symmetricModel } from "./crystal.ts";
import { modelFromJob, readPseudopotentials } from "./model.ts";
import type { Session } from "./session.ts";
import { requireRoom } from "./sizes.ts";
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
  const structure = await resolveStructure(job, readText, platform);
  const asGiven = adapt(modelFromJob(job, structure, await readPseudopotentials(job, readText)));
  requireRoom(job, asGiven, platform.systemMemory());
  return { structure, ...(await symmetricModel(job, asGiven, platform)) };
}
