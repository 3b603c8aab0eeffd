import type { CertificateOrigin } from "../../../io/certificate/certificate-file.ts";
import type { Job } from "../../schema/job.ts";

/** Fields that decide a self-consistent potential, beside the crystal, which the problem shows. */
const SELF_CONSISTENT = [
  "functional",
  "spin",
  "kgrid",
  "kshift",
  "kshifts",
  "kpoints",
  "kgridSymmetry",
  "symmetry",
  "symmetryTolerance",
  "fftSize",
  "charge",
  "dipoleCorrection",
  "temperature",
  "smearing",
] as const satisfies (keyof Job)[];

/** Names the Hamiltonian of a job. */
export const kindOf = ({ hamiltonian }: Job): string =>
  typeof hamiltonian === "string" ? hamiltonian : "frozen";

/** Returns what a certificate says of the job that made it, and its problem does not show. */
export function originOf(job: Job): CertificateOrigin {
  const hamiltonian = kindOf(job);
  const fields = hamiltonian === "kohn-sham" ? SELF_CONSISTENT : [];
  const isNone = (field: keyof Job) =>
    job[field] === undefined || (field === "dipoleCorrection" && job[field] === false);
  const stated = fields.filter((field) => !isNone(field)).map((field) => [field, job[field]]);
  return { hamiltonian, ecut: job.ecut, ...(Object.fromEntries(stated) as object) };
}
