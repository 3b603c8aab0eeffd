import { invariant, requireInput } from "../../../common/failure.ts";
import type { NotCertified } from "../../../errors/certify/band-enclosure.ts";
import { type EnergyBound, hartreeFockEnergyBelow } from "../../../errors/energy/hartree-fock-energy.ts";
import { type Estimate, estimate } from "../../../errors/estimate.ts";
import { provedBelow } from "../../../interval/sides.ts";
import type { SessionOptions } from "../../prepare/session.ts";
import { parseJob } from "../../schema/schema.ts";
import { converged } from "../scf/converged.ts";
import { runScf } from "../scf/run-scf.ts";
import { runBands } from "./run-bands.ts";

/** Error of a self-consistent energy in the infinite basis, without Ewald and constants. */
export interface SelfConsistentBound {
  /** No state of the k-mesh has less [Ha]; proved. */
  readonly below: EnergyBound | NotCertified;
  /**
   * Kinetic, local, nonlocal and Hartree energy of the run [Ha], above the exact one up to rounding
   * and the rest of the iteration.
   */
  readonly energy: Estimate;
  /** energy − below: how wrong the energy is at most, as far as that of the run is exact [Ha]. */
  readonly error: Estimate;
}

/**
 * Runs a reduced Hartree-Fock job (functional `none`, no smearing, no spin) and bounds its error:
 * the model is convex, so any potential gives a bound from below on the energy of all states, and
 * the self-consistent one a sharp bound.
 *
 * @throws InputError for other models, NotConvergedError without a ground state
 */
export async function boundEnergy(
  value: unknown,
  options: SessionOptions = {},
): Promise<SelfConsistentBound> {
  const job = parseJob(value);
  requireInput(
    job.functional === "none" && job.smearing === "none" && job.spin === "none",
    () =>
      `energy bound: needs the functional none, smearing none and spin none, got ${JSON.stringify([job.functional, job.smearing, job.spin])}; other models are not convex, or have another energy`,
  );
  const { kgrid } = job;
  requireInput(
    !("spacing" in kgrid) && job.kpoints === undefined && job.kshifts === undefined,
    () =>
      `energy bound: needs the divisions of one k-grid, got ${JSON.stringify(job.kpoints ?? job.kshifts ?? kgrid)}; such as "kgrid": [4, 4, 4]`,
  );
  // every k-point of the mesh by itself: stored coefficients have the crystal's symmetry up to
  // rounding only
  const whole = { ...(value as object), symmetry: false };
  const result = converged(await runScf(whole, options));
  const run = await runBands(whole, {
    ...options,
    kpoints: result.kpoints.map(({ k }) => k),
    bands: Math.ceil(result.electrons / 2) + 2,
    errorBars: true,
  });
  const { kinetic = 0, local = 0, nonlocal = 0, hartree = 0 } = result.energies;
  const energy = kinetic + local + nonlocal + hartree;
  const below = boundOf(
    run,
    result.kpoints.map(({ weight }) => weight),
    kgrid,
    result.electrons,
  );
  return {
    below,
    energy: estimate(energy),
    error: estimate(below.kind === "bound" ? energy - below.lower : Number.POSITIVE_INFINITY),
  };
}

function boundOf(
  { file, errorBars }: Awaited<ReturnType<typeof runBands>>,
  weights: readonly number[],
  kgrid: readonly number[],
  electrons: number,
): EnergyBound | NotCertified {
  const [failure] = errorBars?.failures ?? [];
  if (failure !== undefined) return { kind: "not-certified", reason: failure.reason };
  const mesh = kgrid.reduce((product, n) => product * n, 1);
  const problem = errorBars?.problem;
  invariant(
    problem?.kind === "frozen",
    () => `energy bound: a frozen problem is meant, got ${problem?.kind}`,
  );
  return hartreeFockEnergyBelow(
    problem,
    file.kpoints.map(({ bands }, i) => ({
      multiplicity: Math.round(weights[i]! * mesh),
      // Every one guaranteed, as nothing failed.
      bands: bands.map(({ lower }) => ({ lower: provedBelow(lower!) })),
    })),
    electrons,
  );
}
