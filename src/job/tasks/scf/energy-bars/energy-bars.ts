import { InputError, NotConvergedError, requireOption } from "../../../../common/failure.ts";
import type { Vec3 } from "../../../../common/vec3.ts";
import { ASSUMPTIONS } from "../../../../errors/certify/band-enclosure.ts";
import type { Claim } from "../../../../errors/certify/certificate.ts";
import { claimEnergy, type EnergyClaim } from "../../../../errors/energy/energy-certificate.ts";
import { encloseProblem } from "../../../../errors/problem/enclosed-hamiltonian.ts";
import type { BandsCertificate } from "../../../../ground/error-bars.ts";
import type { GroundState } from "../../../../ground/ground-state.ts";
import { createKernels } from "../../../../kernels/backends.ts";
import { wholeMesh } from "../../../../model/kpoint-set.ts";
import type { Session } from "../../../prepare/session.ts";

/** A proved interval of the self-consistent energy of the sampled model in the infinite basis. */
export interface EnergyBounds {
  /** Ends of an interval that certainly holds the least energy, that of the ions included [Ha]. */
  readonly lower: number;
  readonly upper: number;
  readonly guaranteed: true;
  /**
   * Of the density ρ₀ behind the potential that the certificate stores, which another run found at
   * a larger cutoff: not the density of this run. Absent without a certificate.
   */
  readonly certificateDensity?: {
    /** Cutoff of the run that found it [Ha]. */
    readonly ecut: number;
    /**
     * Largest ‖ρ* − ρ₀‖ [√Ha] from the density ρ* of least energy, ‖σ‖² = ∫∫ σσ/r per cell without
     * G = 0.
     */
    readonly error: number;
  };
  /**
   * Intervals that certainly hold the levels of the self-consistent operator at the k-points of the
   * sampling, k and −k listed once; its potential has no mean. Absent where none are proved.
   */
  readonly levels?: readonly { readonly k: Vec3; readonly bands: readonly Claim[] }[] | undefined;
  /** What the width consists of [Ha]: an estimate. */
  readonly parts: { readonly bands: number; readonly density: number; readonly ions: number };
  /** How many k-points the energy is an average of. */
  readonly kpoints: number;
  readonly assumptions: readonly string[];
}

/** Of which energy an interval speaks. */
const MODEL =
  "the energy is that of reduced Hartree-Fock at zero temperature on the given k-points, not its limit for dense ones";

/** Bands of every k-point with what proves them, and what follows of the energy. */
export interface EnergyCertificate extends BandsCertificate {
  readonly energy: EnergyClaim;
}

/** Width that is wanted, and functions that hear of the progress. */
export interface EnergyBarOptions {
  /** Width wanted [Ha]; the basis of the proof grows for it. */
  readonly width: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Refuses jobs of whose self-consistent energy no interval is known.
 *
 * @throws InputError for models that are not convex, smearing, spin, a dipole correction
 */
export function requireConvex({ job }: Pick<Session, "job">): void {
  requireOption(
    job.functional === "none" && job.smearing === "none" && job.spin === "none",
    "scf",
    (name) =>
      `${name("errorBars")}: needs the functional none, smearing none and spin none, got ${JSON.stringify([job.functional, job.smearing, job.spin])}; other models are not convex, or have another energy`,
  );
  requireOption(
    !job.dipoleCorrection,
    "scf",
    (name) =>
      `${name("errorBars")}: needs a job without dipoleCorrection, got ${job.dipoleCorrection}; no interval is known of the energy of a dipole layer`,
  );
}

/**
 * Encloses the self-consistent energy of reduced Hartree-Fock on the whole sampling of a ground
 * state (docs/bounds.md, section 9), whose potential is a proposal alone.
 *
 * @returns the reason where nothing could be proved
 */
export async function energyBars(
  state: GroundState,
  options: EnergyBarOptions,
): Promise<ProvedEnergy | string> {
  try {
    return await enclosedEnergy(state, options);
  } catch (error) {
    // the ground state is there all the same
    if (error instanceof InputError || error instanceof NotConvergedError) return error.message;
    throw error;
  }
}

/** An interval and what proves it. */
interface ProvedEnergy {
  readonly bounds: EnergyBounds & Required<Pick<EnergyBounds, "certificateDensity">>;
  readonly certificate: EnergyCertificate;
}

async function enclosedEnergy(
  state: GroundState,
  { width, signal, onProgress }: EnergyBarOptions,
): Promise<ProvedEnergy | string> {
  const { basis, levels } = state;
  const { electrons } = basis.model;
  if (!Number.isInteger(electrons / 2)) return `an even number of electrons is needed, got ${electrons}`;
  // stored coefficients have the crystal's symmetry up to rounding only: k and −k alone are one
  const mesh = wholeMesh({ kpoints: levels, operations: basis.operations });
  if (mesh === undefined) return "the weights of the k-points are no fractions of a small number";
  const { errorBars } = await state.bands(
    mesh.map(({ k }) => k),
    {
      errorBars: true,
      certificate: true,
      bands: electrons / 2 + 2,
      // more than half of the width is left to the density
      accuracy: width / (2.4 * electrons),
      signal,
      onErrorBars: onProgress,
    },
  );
  const [failure] = errorBars?.failures ?? [];
  if (failure !== undefined) return `k = [${failure.k.join(", ")}]: ${failure.reason}`;
  const { problem, points, assumptions } = errorBars!.certificate!;
  if (problem.kind !== "frozen") return "no self-consistent potential was stored";
  // WebAssembly, whose transforms have a known rounding
  const kernels = await createKernels("wasm");
  const found = claimEnergy(kernels, problem, encloseProblem(problem), { electrons, mesh }, points);
  if ("kind" in found) return found.reason;
  const { claim, proved } = found;
  const { lower, upper, densityError, levels: proofs } = claim;
  return {
    bounds: {
      lower,
      upper,
      guaranteed: true,
      certificateDensity: { ecut: basis.ecut, error: densityError },
      levels: proofs?.map((bands, i) => ({ k: mesh[i]!.k, bands })),
      parts: proved.parts,
      kpoints: mesh.reduce((sum, { multiplicity }) => sum + multiplicity, 0),
      assumptions: [MODEL, ...ASSUMPTIONS],
    },
    certificate: { problem, points, assumptions, energy: claim },
  };
}
