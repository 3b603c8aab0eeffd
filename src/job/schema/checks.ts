import { fastSize, isFastGrid } from "../../basis/grid.ts";
import { requireInput } from "../../common/failure.ts";
import { valueText } from "../../common/file-schema.ts";
import { functionals } from "../../functionals/functionals.ts";
import { type SmearingName, smearingAt } from "../../model/smearing.ts";
import { DENSITY_MIXING_OPTIONS } from "../../scf/methods/density-mixing.ts";
import { requireFullLevels } from "../../scf/methods/direct-minimisation.ts";
import { UNREAD } from "./accelerators.ts";
import type { Job, ScfChoices } from "./job.ts";
import { defaultMixing, type MixingChoice } from "./mixings.ts";

/** A job whose fields are right one by one, before they are held against each other. */
export type ParsedJob = Omit<Job, "smearing" | "scf"> & {
  readonly smearing?: SmearingName | undefined;
  readonly scf: Omit<ScfChoices, "mixing"> & { readonly mixing?: MixingChoice | undefined };
};

/** Limits that no machine reaches; beyond them sizes would not be exact integers. */
const MAX_ECUT = 10_000;
/** `ecut` of a job that leaves it to the accuracy that it has. */
export const UNSAID_ECUT = Number.POSITIVE_INFINITY;
const MAX_AXIS = 10_000;
/** Share of the cutoff above which a temperature fills levels near it: f(10) = 5e-5. */
const HOT = 0.1;

/** The job, if its fields are consistent. @throws InputError for the first that is not. */
export function checkJob(job: ParsedJob): Job {
  functionals(job.functional); // refuses unknown names
  requireInput(
    job.ecut <= MAX_ECUT || job.ecut === UNSAID_ECUT,
    () =>
      `ecut: must be at most ${MAX_ECUT} Ha, got ${job.ecut}; 10 to 40 is usual with GTH pseudopotentials`,
  );
  const smearing = smearingAt(job.temperature, job.smearing);
  requireInput(
    job.temperature <= HOT * job.ecut || job.hamiltonian !== "kohn-sham",
    () =>
      `temperature: must be at most a tenth of ecut, ${HOT * job.ecut} Ha, or levels up to the cutoff are filled, got ${job.temperature}; 0.001 to 0.01 is usual`,
  );
  requireInput(
    !job.dipoleCorrection || job.hamiltonian === "kohn-sham",
    () =>
      `dipoleCorrection: must be left out unless the hamiltonian is kohn-sham, got ${valueText(job.dipoleCorrection)} with ${valueText(job.hamiltonian)}; a fixed potential has no dipole to correct`,
  );
  const { mixing = { name: defaultMixing(job.temperature) } } = job.scf;
  const scf = { ...job.scf, mixing };
  checkScf(scf, job.temperature);
  checkKpoints(job);
  if (job.fftSize !== null) checkFftSize(job.fftSize);
  return { ...job, smearing, scf };
}

/** @throws InputError if a job has left its cutoff to an accuracy that nothing aims at here. */
export const requireCutoff = ({ ecut, accuracy }: Pick<Job, "ecut" | "accuracy">): void =>
  requireInput(
    ecut !== UNSAID_ECUT,
    () =>
      `ecut: must be a cutoff in Ha here, got none; scf alone chooses one for the accuracy ${accuracy}, and its result file is a job that has it`,
  );

function checkScf({ accelerator, mixing, damping, tolerance }: ScfChoices, temperature: number): void {
  const unread = UNREAD[accelerator.name] ?? {};
  requireInput(
    unread.mixing === undefined || mixing.name === defaultMixing(temperature),
    () => `scf.mixing: must be left out with ${accelerator.name}, got ${mixing.name}; ${unread.mixing}`,
  );
  requireInput(
    unread.damping === undefined || damping === DENSITY_MIXING_OPTIONS.damping.default,
    () => `scf.damping: must be left out with ${accelerator.name}, got ${damping}; ${unread.damping}`,
  );
  requireInput(
    tolerance.density !== undefined || tolerance.energy !== undefined,
    () => 'scf.tolerance: must name a tolerance, got {}; such as { "density": 1e-6 }',
  );
  if (accelerator.name === "direct-minimisation") requireFullLevels(temperature);
  requireInput(
    accelerator.name !== "adaptive-damping" || mixing.name !== "chi0-exact",
    () =>
      'scf.mixing.name: must not be chi0-exact with adaptive-damping, got "chi0-exact", which works on densities only; ldos is its model',
  );
}

/** A shift beyond this, or a k-point, is no coordinate: its fraction drowns in rounding. */
const MAX_SHIFT = 1000;

function checkKpoints({ kgrid, kshift, kshifts, kpoints }: ParsedJob): void {
  const shifts = kshifts ?? [kshift];
  requireInput(
    shifts.flat().every((s) => Math.abs(s) <= MAX_SHIFT),
    () =>
      `${kshifts === undefined ? "kshift" : "kshifts"}: must be within ±${MAX_SHIFT} steps of the k-grid, got ${valueText(kshifts ?? kshift)}; usual are 0 and 0.5`,
  );
  requireInput(
    kshifts === undefined || kshift.every((s) => s === 0),
    () =>
      `kshifts: must not stand beside kshift, got ${valueText(kshifts)} and ${valueText(kshift)}; leave out one of the two`,
  );
  requireInput(
    "spacing" in kgrid || kgrid.every((n) => n <= MAX_AXIS),
    () =>
      `kgrid: must be at most ${MAX_AXIS} along each axis, got ${valueText(kgrid)}; 4 to 20 is usual for small cells`,
  );
  if (kpoints === undefined) return;
  requireInput(
    kpoints.every(({ k }) => k.every((x) => Math.abs(x) <= MAX_SHIFT)),
    () =>
      `kpoints: must be within ±${MAX_SHIFT} reciprocal vectors, got ${valueText(kpoints)}; reduced coordinates are meant`,
  );
  requireInput(
    kpoints.some(({ weight }) => weight > 0),
    () =>
      `kpoints: must have a positive weight, got ${valueText(kpoints.map(({ weight }) => weight))}; equal weights are usual`,
  );
  requireInput(
    !("spacing" in kgrid) && kgrid.every((n) => n === 1) && shifts.flat().every((s) => s === 0),
    () =>
      `kpoints: must not stand beside kgrid and shifts, got ${valueText(kgrid)}; leave out one of the two`,
  );
}

function checkFftSize(size: Job["fftSize"] & object): void {
  requireInput(
    size.every((n) => n <= MAX_AXIS),
    () =>
      `fftSize: must be at most ${MAX_AXIS} along each axis, got ${valueText(size)}; null chooses the smallest exact grid`,
  );
  const rounded = size.map((n) => (isFastGrid([n, 1, 1]) ? n : fastSize(n)));
  requireInput(
    isFastGrid(size),
    () =>
      `fftSize: must hold products of 2, 3, 5, 7, 11 and 13, got ${valueText(size)}; the next larger are ${valueText(rounded)}`,
  );
}

/**
 * @throws InputError unless the job's Hamiltonian depends on the density, so that there is
 *   something to iterate.
 */
export function requireSelfConsistent(job: Job): void {
  requireInput(
    job.hamiltonian === "kohn-sham",
    () =>
      `hamiltonian: must be kohn-sham for a ground state, got ${valueText(job.hamiltonian)}; a fixed Hamiltonian has no self-consistency to find`,
  );
}
