import type { Mat3, Vec3 } from "../common/vec3.ts";
import { smearing } from "../model/smearing.ts";
import type { BlockProgress, Orbitals } from "../parallel/orbitals.ts";
import type { InverseSettings } from "../response/dielectric.ts";
import type { ScfProblem } from "../scf/problem.ts";
import { newtonDensity, type PointRequest, type SolvedPoint, solvedPoint } from "./newton.ts";
import { ACCURACY, type Corrected, rows, scalar, UNITS } from "./parts.ts";

/** What an extrapolation leaves. */
interface Extrapolated {
  /** How far it is from the same of other widths, which is about what it leaves. */
  readonly remains: number;
  /** Why it is an order of magnitude at best. */
  readonly doubt?: string;
}

/**
 * Estimated error by the smearing width T: how far energy, forces and stress are from width 0. What
 * is said beside the energy is of the energy.
 */
export interface SmearingError extends Extrapolated {
  /** `corrected` is A − E_entropy/m, the energy at T = 0 to leading order [Ha per cell]. */
  readonly energy: Corrected<number>;
  /** Extrapolated from the narrower widths, Cartesian [Ha/bohr]; absent without forces. */
  readonly forces?: Corrected<readonly Vec3[]> & Extrapolated;
  /** The same [Ha/bohr³]; absent where a term has none. */
  readonly stress?: Corrected<Mat3> & Extrapolated;
  /** m, the order of A(T) − A(0) in T: 2, 3 or 4 by the kind of smearing. */
  readonly order: number;
  /** The narrower width [Ha], T/√2; forces and stress take T/2 as well. */
  readonly narrower: number;
}

/** Each narrower width over the one before. */
const NARROWER = Math.SQRT1_2;
/** What remains, over the error, from which on it is in doubt. */
const DOUBTFUL = 0.5;

/**
 * Estimates the error of smearing: of the energy from the entropy, E(T = 0) ≈ A − E_entropy/m; of
 * forces and stress from their values at T/√2 and T/2, each one step of Newton's method away, since
 * they depend on T as their energy does, X(T) ≈ X₀ + bT^m. X₀ of T and T/√2 tells what remains
 * (docs/error-estimates.md).
 *
 * The orbitals end up as those of the narrowest width.
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
  const failures: string[] = [];
  const at = async (width: number, rhoIn: SolvedPoint["rhoIn"]): Promise<SolvedPoint> => {
    const cold = { ...problem, basis: { ...basis, model: { ...basis.model, temperature: width } } };
    const start = await solvedPoint(cold, orbitals, rhoIn, request, progress);
    const { rho, isConverged } = await newtonDensity(cold, start, newton);
    const end = await solvedPoint(cold, orbitals, rho, request, progress);
    const text = `${width.toPrecision(3)} Ha`;
    if (!(start.converged && end.converged))
      failures.push(`smearing: the eigensolver reached its iteration limit at width ${text}`);
    if (!isConverged)
      failures.push(`smearing: the response of the density at width ${text} did not converge`);
    return end;
  };
  const narrow = await at(narrower, point.rhoIn);
  const narrowest = await at(NARROWER * narrower, narrow.rhoIn);
  /** X₀ of X(T) and X(T/√2). */
  const factor = NARROWER ** -order;
  const toZero = (wide: number, narrow: number) => (factor * narrow - wide) / (factor - 1);
  const limit = <Rows extends readonly Vec3[]>(wide: Rows, narrow: Rows) =>
    wide.map((row, i) => row.map((x, c) => toZero(x, narrow[i]![c]!))) as unknown as Rows;
  const rowsOf = <Rows extends readonly Vec3[]>(
    quantity: "forces" | "stress",
    [wide, middle, last]: readonly [Rows | undefined, Rows | undefined, Rows | undefined],
  ) => {
    if (!(wide && middle && last)) return {};
    const found = rows(wide, limit(middle, last));
    const remains = rows(limit(wide, middle), found.corrected).error;
    const isFar = remains > DOUBTFUL * found.error && remains > ACCURACY[quantity];
    const far = `smearing: extrapolations of the ${quantity} from narrower widths differ by ${remains.toExponential(1)} ${UNITS[quantity]}, of a correction of ${found.error.toExponential(1)}: the order is not reached, or the k-grid is too coarse for the width`;
    const doubt = failures[0] ?? (isFar ? far : undefined);
    return { [quantity]: { ...found, remains, ...(doubt !== undefined && { doubt }) } };
  };
  const energyAt = ({ energies, occupation }: SolvedPoint) =>
    energies.total - occupation.entropyEnergy / order;
  const energy = scalar(point.energies.total, energyAt(point));
  const remains = Math.abs(energyAt(narrow) - energyAt(point));
  const doubt =
    failures[0] ??
    (remains > DOUBTFUL * Math.abs(energy.error) && remains > ACCURACY.energy
      ? `smearing: the energy extrapolated from width ${narrower.toPrecision(3)} Ha differs by ${remains.toExponential(1)} Ha, of a correction of ${energy.error.toExponential(1)}: the order is not reached, or the k-grid is too coarse for the width`
      : undefined);
  return {
    order,
    narrower,
    energy,
    remains,
    ...rowsOf("forces", [point.forces, narrow.forces, narrowest.forces]),
    ...rowsOf("stress", [point.stress, narrow.stress, narrowest.stress]),
    ...(doubt !== undefined && { doubt }),
  };
}
