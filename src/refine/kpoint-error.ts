import { InputError } from "../common/failure.ts";
import { plural } from "../common/plural.ts";
import { type Mat3, mapVec, type Vec3 } from "../common/vec3.ts";
import { type KpointChoice, MOST_KPOINTS, samplingSize } from "../model/kpoint-set.ts";
import type { BlockProgress, Orbitals } from "../parallel/orbitals.ts";
import type { ScfProblem } from "../scf/problem.ts";
import type { SolvedPoint } from "./newton.ts";
import { iteratedOnKgrid, levelsOnKgrid, type OnKgrid } from "./on-kgrid.ts";
import {
  ACCURACY,
  type Corrected,
  type ErrorQuantity,
  type NotEstimated,
  rows,
  UNITS,
  type WithErrors,
} from "./parts.ts";

/** How differences fall from grid to grid. */
export interface FallOfDifferences {
  /** The difference of half the divisions, where they are even and the grid holds Γ. */
  readonly halved?: number;
  /** Error that the denser grid has itself, if differences fall as they did before. */
  readonly remains?: number;
  /** Why it is an order of magnitude at best. */
  readonly doubt?: string;
}

/** Estimated error by the k-grid; what is said beside the energy is of the energy. */
export interface KpointError extends FallOfDifferences {
  /** Divisions of the grid, and of the denser one that it is compared with. */
  readonly kgrid: Vec3;
  readonly denser: Vec3;
  /** A on the grid less A on the denser one [Ha per cell]. */
  readonly energy: number;
  /** [Ha/bohr], Cartesian; absent where no term has forces, or for a reason. */
  readonly forces?: Corrected<readonly Vec3[]> & FallOfDifferences;
  /** [Ha/bohr³]; absent where a term has none, or for a reason. */
  readonly stress?: Corrected<Mat3> & FallOfDifferences;
  /** Why the energy is that of levels, and forces and stress are not known. */
  readonly energyAlone?: string;
}

/** How the error of a k-grid is found. */
export interface KpointErrorOptions {
  /** Discretises the same system with other k-points; else the energy alone is estimated. */
  readonly atKgrid?: ((choice: DividedGrid) => Promise<ScfProblem>) | undefined;
  readonly onProgress?: BlockProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One k-grid by its divisions. */
export type DividedGrid = Extract<KpointChoice, { kgrid: Vec3 }>;

/** Differences that fall by less from grid to grid are in no asymptotic regime. */
const FALLS_BY = 0.5;

/**
 * Estimates the error of the k-grid by the grid of twice the divisions, which holds the grid of the
 * run. There the density takes steps of Newton's method with the response on the grid of the run.
 *
 * Where that does not fit or is not wanted, levels in the potential of the run tell the energy:
 * A = Σ w f ε − TS at N electrons is stationary in the potential, so that self-consistency there
 * changes A in second order only.
 *
 * @throws NotConvergedError if the signal aborts the work.
 */
export async function kpointError(
  problem: ScfProblem,
  orbitals: Orbitals,
  point: SolvedPoint,
  { atKgrid, onProgress, signal }: KpointErrorOptions = {},
): Promise<KpointError | NotEstimated> {
  const { basis } = problem;
  const divisions = dividedGrid(basis.choice);
  if ("reason" in divisions) return divisions;
  const { kgrid, kshift } = divisions;
  const denser: DividedGrid = {
    kgrid: mapVec(kgrid, (n) => (n > 1 ? 2 * n : 1)),
    kshifts: [mapVec(kshift, (s, i) => (kgrid[i]! > 1 ? (2 * s) % 1 : s))],
  };
  const { points, text } = samplingSize(denser);
  if (points > MOST_KPOINTS)
    return { reason: `the grid of twice the divisions has ${text} k-points, more than ${MOST_KPOINTS}` };
  const place = { problem, orbitals, point, signal };
  const whole = await fitting(denser, atKgrid);
  const on = async (grid: DividedGrid, progress?: BlockProgress): Promise<OnKgrid> =>
    atKgrid === undefined || "reason" in whole
      ? { energy: point.energies.total + (await levelsOnKgrid(place, grid, progress)) }
      : iteratedOnKgrid(place, grid === denser ? whole : await atKgrid(grid), progress);
  const own: WithErrors = { energy: point.energies.total, forces: point.forces, stress: point.stress };
  const there = await on(denser, onProgress);
  const halves = kgrid.every((n, i) => n === 1 || (n % 2 === 0 && kshift[i] === 0));
  const half = mapVec(kgrid, (n) => (n > 1 ? n / 2 : 1));
  const before = halves ? await on({ kgrid: half, kshifts: [kshift] }) : undefined;
  const fall = (quantity: ErrorQuantity, error: number, halved: number | undefined): FallOfDifferences => {
    const { doubt } = there;
    const judgement =
      halved === undefined ? {} : { halved, ...judged(quantity, error, halved, [half, kgrid, denser.kgrid]) };
    return doubt === undefined ? judgement : { ...judgement, doubt };
  };
  const rowsOf = <Rows extends readonly Vec3[]>(
    quantity: "forces" | "stress",
    raw: Rows | undefined,
    corrected: Rows | undefined,
    halved: Rows | undefined,
  ) => {
    if (raw === undefined || corrected === undefined) return {};
    const found = rows(raw, corrected);
    return { [quantity]: { ...found, ...fall(quantity, found.error, halved && rows(halved, raw).error) } };
  };
  const energy = own.energy - there.energy;
  return {
    kgrid,
    denser: denser.kgrid,
    energy,
    ...fall("energy", energy, before && before.energy - own.energy),
    ...rowsOf("forces", own.forces, there.forces, before?.forces),
    ...rowsOf("stress", own.stress, there.stress, before?.stress),
    ...("reason" in whole && { energyAlone: whole.reason }),
  };
}

/** The problem on another k-grid, or why there is none. */
async function fitting(
  grid: DividedGrid,
  atKgrid: KpointErrorOptions["atKgrid"],
): Promise<ScfProblem | NotEstimated> {
  if (atKgrid === undefined)
    return { reason: `levels do not tell it; compare with a run of kgrid ${grid.kgrid.join(",")}` };
  try {
    return await atKgrid(grid);
  } catch (error) {
    if (error instanceof InputError) return { reason: error.message }; // it does not fit
    throw error;
  }
}

/**
 * Says what remains of the error after a difference that fell, and why a difference that did not
 * fall is in doubt.
 *
 * @param error that of the grid by the denser one, of vectors the largest length.
 * @param halved that of half the divisions by the grid.
 */
export function judged(
  quantity: ErrorQuantity,
  error: number,
  halved: number,
  [half, own, denser]: readonly [Vec3, Vec3, Vec3],
): Pick<FallOfDifferences, "remains" | "doubt"> {
  const accuracy = ACCURACY[quantity];
  if (Math.abs(error) < accuracy) return { remains: accuracy };
  const ratio = Math.abs(error / halved);
  if (ratio < FALLS_BY) return { remains: Math.abs(error) * ratio };
  const [before, last] = [halved, error].map((e) => `${(-e).toExponential(1)} ${UNITS[quantity]}`);
  return {
    doubt: `k-points: the ${quantity} changed by ${before} from ${half.join("x")} to ${own.join("x")} and by ${last} from there to ${denser.join("x")}: not asymptotic yet, an order of magnitude at best; give a denser kgrid`,
  };
}

/** The one grid with divisions that a choice is; why it is none otherwise. */
function dividedGrid(choice: KpointChoice): { readonly kgrid: Vec3; readonly kshift: Vec3 } | NotEstimated {
  if ("list" in choice)
    return { reason: `a list of ${plural(choice.list.length, "k-point")} has no denser one; give a kgrid` };
  const { kgrid, kshifts } = choice;
  if (kshifts.length > 1) return { reason: "a union of shifted grids has no denser one; give one kshift" };
  if (kgrid.every((n) => n === 1))
    return { reason: "one k-point has no grid to be halved or doubled; compare with a run of kgrid 2,2,2" };
  return { kgrid, kshift: kshifts[0]! };
}
