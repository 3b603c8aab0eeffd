import type { Mat3, Vec3 } from "../common/vec3.ts";
import { smearing } from "../model/smearing.ts";
import type { BlockProgress, Orbitals } from "../parallel/orbitals.ts";
import type { InverseSettings } from "../response/dielectric.ts";
import type { ScfProblem } from "../scf/problem.ts";
import { newtonDensity, type PointRequest, type SolvedPoint, solvedPoint } from "./newton.ts";
import { type Corrected, rows, scalar } from "./parts.ts";

/** Estimated error by the smearing width T: how far energy, forces and stress are from width 0. */
export interface SmearingError {
  /** `corrected` is A − E_entropy/m, the energy at T = 0 to leading order [Ha per cell]. */
  readonly energy: Corrected<number>;
  /** How far that is from the same of the narrower width [Ha]: what the extrapolation leaves. */
  readonly remains: number;
  /** Extrapolated from both widths, Cartesian [Ha/bohr]; absent where no term has forces. */
  readonly forces?: Corrected<readonly Vec3[]>;
  /** The same [Ha/bohr³]; absent where a term has none. */
  readonly stress?: Corrected<Mat3>;
  /** m, the order of A(T) − A(0) in T: 2, 3 or 4 by the kind of smearing. */
  readonly order: number;
  /** The narrower width [Ha], T/√2. */
  readonly narrower: number;
  /** Why it is an order of magnitude at best; forces and stress are in doubt with the energy. */
  readonly doubt?: string;
}

/** The narrower width over that of the run. */
const NARROWER = Math.SQRT1_2;

/**
 * Estimates the error of smearing: of the energy from the entropy, E(T = 0) ≈ A − E_entropy/m; of
 * forces and stress from their values at T/√2, one step of Newton's method away, since they depend
 * on T as their energy does, X(T) ≈ X₀ + bT^m (docs/error-estimates.md).
 *
 * The orbitals end up as those of the narrower width.
 */
export async function smearingError(
  problem: ScfProblem,
  orbitals: Orbitals,
  point: SolvedPoint,
  request: PointRequest,
  newton: InverseSettings,
  progress?: BlockProgress,
): Promise<SmearingError> {
  const { basis } = problem;
  const { temperature, smearing: kind } = basis.model;
  const { order } = smearing(kind);
  const narrower = NARROWER * temperature;
  const cold = { ...problem, basis: { ...basis, model: { ...basis.model, temperature: narrower } } };
  const start = await solvedPoint(cold, orbitals, point.rhoIn, request, progress);
  const { rho, isConverged } = await newtonDensity(cold, start, newton);
  const end = await solvedPoint(cold, orbitals, rho, request, progress);
  /** X₀ of X(T) and X(T/√2). */
  const factor = NARROWER ** -order;
  const toZero = (wide: number, narrow: number) => (factor * narrow - wide) / (factor - 1);
  const limit = <Rows extends readonly Vec3[]>(wide: Rows, narrow: Rows) =>
    wide.map((row, i) => row.map((x, c) => toZero(x, narrow[i]![c]!))) as unknown as Rows;
  const energyAt = ({ energies, occupation }: SolvedPoint) =>
    energies.total - occupation.entropyEnergy / order;
  const energy = scalar(point.energies.total, energyAt(point));
  const remains = Math.abs(energyAt(end) - energyAt(point));
  const width = `width ${narrower.toPrecision(3)} Ha`;
  const doubt = !(start.converged && end.converged)
    ? `smearing: the eigensolver reached its iteration limit at ${width}`
    : !isConverged
      ? `smearing: the response of the density at ${width} did not converge`
      : remains > 0.5 * Math.abs(energy.error) && remains > 1e-9
        ? `smearing: the energy extrapolated from ${width} differs by ${remains.toExponential(1)} Ha, of a correction of ${energy.error.toExponential(1)}: the order is not reached, or the k-grid is too coarse for the width`
        : undefined;
  return {
    order,
    narrower,
    energy,
    remains,
    ...(point.forces && end.forces && { forces: rows(point.forces, limit(point.forces, end.forces)) }),
    ...(point.stress && end.stress && { stress: rows(point.stress, limit(point.stress, end.stress)) }),
    ...(doubt !== undefined && { doubt }),
  };
}
