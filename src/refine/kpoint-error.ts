import { solveBands } from "../bands/solve-bands.ts";
import { plural } from "../common/plural.ts";
import { mapVec, type Vec3 } from "../common/vec3.ts";
import { type KpointChoice, kpointClasses, MOST_KPOINTS, samplingSize } from "../model/kpoint-set.ts";
import type { Model } from "../model/model.ts";
import type { BlockProgress, Orbitals } from "../parallel/orbitals.ts";
import type { ScfProblem } from "../scf/problem.ts";
import { densityWeights, type Levels, occupy } from "../state/occupation.ts";
import { totalPotential } from "../terms/sums.ts";
import type { SolvedPoint } from "./newton.ts";
import type { NotEstimated } from "./parts.ts";

/** Estimated error of the free energy by the k-grid. */
export interface KpointError {
  /** Divisions of the grid, and of the denser one that it is compared with. */
  readonly kgrid: Vec3;
  readonly denser: Vec3;
  /** A on the grid less A on the denser one, in the same potential [Ha per cell]. */
  readonly energy: number;
  /** The same of the grid of half the divisions, where they are even and the grid holds Γ [Ha]. */
  readonly halved?: number;
  /** Error that the denser grid has itself, if differences fall as they did before [Ha]. */
  readonly remains?: number;
  /** Why it is an order of magnitude at best. */
  readonly doubt?: string;
}

/** Residual norm of levels on other grids [Ha]: energies to 1e-9 Ha and better. */
const TOLERANCE = 1e-5;
/** Of A from such levels [Ha]. */
const ACCURACY = 1e-9;
/** Differences that fall by less from grid to grid are in no asymptotic regime. */
const FALLS_BY = 0.5;

/**
 * Estimates the error of the k-grid: the levels of the self-consistent potential on the grid of
 * twice the divisions, which holds the grid of the run. A = Σ w f ε − TS at N electrons is
 * stationary in the potential, so that self-consistency there changes A in second order only.
 *
 * @throws NotConvergedError if the signal aborts the work.
 */
export async function kpointError(
  problem: ScfProblem,
  orbitals: Orbitals,
  point: SolvedPoint,
  { onProgress, signal }: { readonly onProgress?: BlockProgress; readonly signal?: AbortSignal } = {},
): Promise<KpointError | NotEstimated> {
  const { basis, terms, worker } = problem;
  const { model, choice, operations, timeReversal } = basis;
  const divisions = dividedGrid(choice);
  if ("reason" in divisions) return divisions;
  const { kgrid, kshift } = divisions;
  const denser: KpointChoice = {
    kgrid: mapVec(kgrid, (n) => (n > 1 ? 2 * n : 1)),
    kshifts: [mapVec(kshift, (s, i) => (kgrid[i]! > 1 ? (2 * s) % 1 : s))],
  };
  const { points, text } = samplingSize(denser);
  if (points > MOST_KPOINTS)
    return { reason: `the grid of twice the divisions has ${text} k-points, more than ${MOST_KPOINTS}` };
  const potential = totalPotential(terms, point.rhoIn);
  const { setup, nSpin, backend } = orbitals.spec;
  const own = bandEnergy(model, point.levels.map(lowest(point.nStates)));
  const on = async (grid: KpointChoice, progress?: BlockProgress) => {
    const { kpoints } = kpointClasses(grid, operations, timeReversal);
    const solved = await solveBands(
      { setup, potential, nSpin: nSpin as 1 | 2 },
      kpoints.map(({ k }) => k),
      {
        nBands: point.nStates,
        tolerance: TOLERANCE,
        threads: problem.threads ?? orbitals.threads,
        worker,
        backend,
        onProgress: progress,
        signal,
      },
    );
    return bandEnergy(
      model,
      solved.map(({ spin, energies }, i) => ({
        spin,
        weight: kpoints[i % kpoints.length]!.weight,
        eigenvalues: energies,
      })),
    );
  };
  const energy = own - (await on(denser, onProgress));
  const halves = kgrid.every((n, i) => n === 1 || (n % 2 === 0 && kshift[i] === 0));
  const found = { kgrid, denser: denser.kgrid, energy };
  if (!halves) return found;
  const half = mapVec(kgrid, (n) => (n > 1 ? n / 2 : 1));
  const halved = (await on({ kgrid: half, kshifts: [kshift] })) - own;
  return { ...found, halved, ...judged(energy, halved, [half, kgrid, denser.kgrid]) };
}

/**
 * Says what remains of the error after a difference that fell, and why a difference that did not
 * fall is in doubt.
 *
 * @param energy A on the grid less A on the denser one [Ha].
 * @param halved A on half the divisions less A on the grid [Ha].
 */
export function judged(
  energy: number,
  halved: number,
  [half, own, denser]: readonly [Vec3, Vec3, Vec3],
): Pick<KpointError, "remains" | "doubt"> {
  if (Math.abs(energy) < ACCURACY) return { remains: ACCURACY };
  const ratio = Math.abs(energy / halved);
  if (ratio < FALLS_BY) return { remains: Math.abs(energy) * ratio };
  const [before, last] = [halved, energy].map((e) => `${(-e).toExponential(1)} Ha`);
  return {
    doubt: `k-points: the energy changed by ${before} from ${half.join("x")} to ${own.join("x")} and by ${last} from there to ${denser.join("x")}: not asymptotic yet, an order of magnitude at best; give a denser kgrid`,
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

const lowest =
  (count: number) =>
  (levels: Levels): Levels => ({ ...levels, eigenvalues: levels.eigenvalues.slice(0, count) });

/** Σ w f ε − TS [Ha]. */
function bandEnergy(model: Model, levels: readonly Levels[]): number {
  const occupation = occupy(model, levels);
  const weights = densityWeights(occupation, levels);
  return levels.reduce(
    (sum, { eigenvalues }, i) => eigenvalues.reduce((part, e, n) => part + weights[i]![n]! * e, sum),
    occupation.entropyEnergy,
  );
}
