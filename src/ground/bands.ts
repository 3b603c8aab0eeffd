import {
  bandTop,
  type Energies,
  type GapEstimate,
  gapAlong,
  gapEnclosure,
  type ReferenceLevels,
  type ZeroOfEnergy,
  zeroAmong,
  zeroOfEnergy,
} from "../bands/gap.ts";
import { type KPath, labelledPath, listedPoints, type PathLabel } from "../bands/k-path.ts";
import { requireFewLevels, type SolvedBands, solveBands } from "../bands/solve-bands.ts";
import { requireInput, requireOption } from "../common/failure.ts";
import type { FinishedPieces } from "../common/finished-pieces.ts";
import { type Given, valuesOf } from "../common/options.ts";
import type { Mat3, Vec3 } from "../common/vec3.ts";
import type { Interval } from "../interval/interval.ts";
import { levelCapacity, type Model } from "../model/model.ts";
import type { ErrorEstimateOptions } from "../refine/error-estimates.ts";
import type { Operator } from "../terms/block-term.ts";
import type { BandsAtK, LevelErrors } from "./band-levels.ts";
import { BANDS_OPTIONS } from "./bands-options.ts";
import type { BetterHamiltonians } from "./better-hamiltonians.ts";
import type { CrystalHamiltonian, Workplace } from "./crystal-hamiltonian.ts";
import { type ErrorBars, exactHamiltonian, levelsOfSpins, levelsWithErrorBars } from "./error-bars.ts";

/** Options of bands: which ones, how accurate, and functions that hear of the progress. */
export interface BandsChoices extends Given<Omit<typeof BANDS_OPTIONS, "path" | "kpoints">> {
  /** Levels of this Hamiltonian that were solved for before; the others are kept there. */
  readonly pieces?: FinishedPieces | undefined;
  /** Heard between k-points. */
  readonly signal?: AbortSignal | undefined;
  readonly onBands?: ((done: number, total: number) => void) | undefined;
  readonly onErrorBars?: ((done: number, total: number) => void) | undefined;
  /** Hears how far the estimate of the errors is. */
  readonly onErrors?: ErrorEstimateOptions["onProgress"];
  /**
   * Hears the levels with their intervals of each k-point, by its index along the path, as soon as
   * they are proved.
   */
  readonly onLevels?: ((index: number, levels: BandsAtK["bands"]) => void) | undefined;
}

/** Estimated errors of a band structure. */
export interface BandErrors {
  /** Largest moduli over all levels [Ha]. */
  readonly largest: LevelErrors;
  /** Cutoff of the larger basis [Ha]. */
  readonly cutoff: number;
  /** Of the corrected levels, where there is a gap. */
  readonly gap?: GapEstimate | undefined;
  /** Why not to trust them, a line each. */
  readonly warnings: readonly string[];
}

/** A band structure. Everything in hartree, not shifted. */
export interface Bands {
  /** Levels in the order of the path; with spin all k-points once for each. */
  readonly kpoints: readonly BandsAtK[];
  /** The same levels as arrays [Ha], ascending, one for each of `kpoints`. */
  readonly energies: readonly Float64Array[];
  /** Names of k-points by index; two neighbouring points with names are sides of a jump. */
  readonly path: readonly PathLabel[];
  /** The energy that pictures measure from. */
  readonly zero: ZeroOfEnergy;
  /** Every level reached the tolerance. */
  readonly converged: boolean;
  /** Largest residual norm of the levels that have no interval [Ha]; 0 where every one has. */
  readonly residual: number;
  /** Bands full at every k of an insulator, N/2; absent with spin or an odd electron number. */
  readonly filled?: number;
  /** Above those, along these k-points only; absent where no band above was computed. */
  readonly gap?: GapEstimate | undefined;
  /** The same gap as an interval that certainly holds it; only with error bars at every k-point. */
  readonly enclosedGap?: Interval | undefined;
  readonly errorBars?: Omit<ErrorBars, "levels"> | undefined;
  /** What the estimated errors of the levels add up to; those of each stand beside it. */
  readonly errors?: BandErrors | undefined;
  /** Rows [bohr⁻¹], to measure the path with. */
  readonly reciprocal: Mat3;
}

/**
 * Finds the k-points of a band structure: labels of special points, a list of points, or by default
 * the standard path of the lattice.
 *
 * @throws InputError for a label that the lattice does not have, or labels of a lattice of fewer
 *   than three dimensions.
 */
export function bandsPath(
  { lattice }: Pick<Model, "lattice">,
  path: string | readonly Vec3[] | undefined,
  points: number | undefined,
): KPath {
  const named = typeof path === "object" ? { kpoints: path } : { path };
  const { kpoints, points: total } = valuesOf("bands", BANDS_OPTIONS, { ...named, points });
  if (kpoints !== undefined) {
    requireOption(
      points === undefined,
      "bands",
      (name) =>
        `${name("kpoints")}: must stand without ${name("points")}, got both; a list of k-points is no path`,
    );
    return listedPoints(lattice, kpoints);
  }
  requireInput(
    lattice.dimension === 3,
    () => `path: must be a list of k-points in ${lattice.dimension} dimensions, got ${named.path ?? "none"}`,
  );
  return labelledPath(lattice, named.path, total);
}

/** Bands at each k of a band structure: as given, or some above the filled ones. */
export const bandsOfPath = (model: Pick<Model, "electrons" | "nSpin">, bands: number | undefined): number =>
  bands ?? Math.max(8, Math.ceil(model.electrons / (levelCapacity(model) * model.nSpin)) + 4);

/**
 * Refuses what no enclosure is known of.
 *
 * @param operators of the Hamiltonian; default kinetic and nonlocal.
 * @param owner name of the function that takes the option `errorBars`; default bands.
 * @throws InputError for models without atoms, operators of one's own; potentials on a mesh of scf.
 */
export function requireEnclosable(
  { species }: Pick<Model, "species">,
  operators: readonly Operator[] = [],
  owner = "bands",
): void {
  const other =
    owner === "bands"
      ? undefined
      : species.find(({ pseudopotential: { kind } }) => kind === "numeric")?.pseudopotential.name;
  requireOption(
    species.length > 0 && other === undefined,
    owner,
    (name) =>
      `${name("errorBars")}: needs ${other === undefined ? "pseudopotentials, got a model without atoms" : `GTH pseudopotentials, got ${other}; no enclosure is known of the mean of potentials on a mesh`}`,
  );
  requireOption(
    operators.every((o) => typeof o === "object" && (o.kind === "kinetic" || o.kind === "nonlocal")),
    owner,
    (name) => `${name("errorBars")}: needs the operators of Kohn-Sham alone, got one of another term`,
  );
}

/**
 * Computes the band structure of a Hamiltonian.
 *
 * @param kpath from `bandsPath`.
 * @throws InputError for error bars of what no enclosure is known of; NotConvergedError if the
 *   signal stops the levels.
 */
export async function computeBands(
  { hamiltonian, model, reference, stored }: Omit<CrystalHamiltonian, "operations" | "choice">,
  { kpoints, path }: KPath,
  { threads, worker, backend }: Workplace,
  options: BandsChoices = {},
  better?: BetterHamiltonians,
): Promise<Bands> {
  const { signal } = options;
  const { path: _, kpoints: __, ...own } = BANDS_OPTIONS;
  const { tolerance, accuracy, certificate, errors, errorBars, bands } = valuesOf("bands", own, options);
  const { nSpin } = model;
  requireOption(
    !errors || better !== undefined,
    "bands",
    (name) =>
      `${name("errors")}: needs the ground state of a job, got a fixed Hamiltonian; only bounds are known of its levels`,
  );
  requireOption(
    !(errors && errorBars),
    "bands",
    (name) => `${name("errors")}: must stand without ${name("errorBars")}, got both; estimates or bounds`,
  );
  if (errorBars) requireEnclosable(model, hamiltonian.setup.operators);
  const exactOf = (spin: 0 | 1) => exactHamiltonian(model, stored?.(undefined, spin));
  const filled = model.electrons / (levelCapacity(model) * nSpin);
  const nBands = bandsOfPath(model, bands);
  requireFewLevels(nSpin * kpoints.length, nBands);
  const barOptions = {
    ecut: hamiltonian.setup.ecut,
    accuracy,
    certificate,
    backend,
    threads,
    worker,
    signal,
    onLevels: options.onLevels,
    onProgress: options.onErrorBars,
  };
  const enclose = () =>
    nSpin === 2
      ? levelsOfSpins([exactOf(0), exactOf(1)], kpoints, nBands, barOptions)
      : levelsWithErrorBars(exactOf(0), kpoints, nBands, barOptions);
  const bars = errorBars ? await enclose() : undefined;
  const solve = (points: readonly Vec3[], of = hamiltonian): Promise<SolvedBands[]> =>
    solveBands(of, points, {
      nBands,
      threads,
      worker,
      backend,
      onProgress: options.onBands,
      // beside error bars these are the few levels left over, wanted after an interruption as well
      signal: bars ? undefined : signal,
      tolerance,
      pieces: of === hamiltonian ? options.pieces : undefined,
    });
  // An interval comes with its level; without one the level is that of the run's basis.
  const unproved = bars ? kpoints.filter((_, i) => hasFailure(bars, i, kpoints.length)) : kpoints;
  const solved = unproved.length === 0 ? [] : await solve(unproved);
  const known = bars
    ? bars.levels.map((levels, i) => {
        const k = kpoints[i % kpoints.length]!;
        const spin = i < kpoints.length ? 0 : 1;
        const own = solved[unproved.indexOf(k) + spin * unproved.length];
        return { k, ...(nSpin === 2 ? { spin } : {}), bands: levels ?? unprovedLevels(own!) } as BandsAtK;
      })
    : solved.map((at) => levelsAt(at, nSpin));
  const estimated = better && {
    scf: await solve(kpoints, better.scf),
    basis: await solve(kpoints, better.basis),
  };
  const levels = estimated ? withErrors(known, estimated) : known;
  const energies = known.map(({ k, bands }) => ({
    k,
    energies: Float64Array.from(bands, ({ energy }) => energy),
  }));
  const zero = bars
    ? zeroAmong(energies, zeroOfEnergy(await decisive(energies, filled, reference, solve), filled, reference))
    : zeroOfEnergy(energies, filled, reference);
  return {
    kpoints: levels,
    energies: energies.map((at) => at.energies),
    path,
    zero,
    converged: solved.every((at) => at.converged),
    residual: Math.max(0, ...solved.flatMap(({ residualNorms }) => [...residualNorms])),
    // With spin the two fill separately: which bands of each are full does not follow from N.
    ...(nSpin === 1 && Number.isInteger(filled) ? { filled, gap: gapAlong(energies, filled) } : {}),
    ...(bars && nSpin === 1 && Number.isInteger(filled) ? { enclosedGap: gapEnclosure(known, filled) } : {}),
    ...(bars && { errorBars: withoutLevels(bars) }),
    ...(estimated && {
      errors: {
        largest: largestErrors(levels),
        cutoff: better.basis.setup.ecut,
        ...(nSpin === 1 && Number.isInteger(filled) && { gap: gapAlong(estimated.basis, filled) }),
        warnings: better.warnings,
      },
    }),
    reciprocal: model.lattice.reciprocal,
  };
}

/** Levels with their errors, from those of the better Hamiltonians. */
const withErrors = (
  known: readonly BandsAtK[],
  { scf, basis }: Readonly<Record<keyof LevelErrors, readonly SolvedBands[]>>,
): BandsAtK[] =>
  known.map((at, i) => ({
    ...at,
    bands: at.bands.map((level, n) => {
      const own = scf[i]!.energies[n]!;
      return { ...level, errors: { scf: level.energy - own, basis: own - basis[i]!.energies[n]! } };
    }),
  }));

function largestErrors(kpoints: readonly BandsAtK[]): LevelErrors {
  const largest = { scf: 0, basis: 0 };
  for (const { bands } of kpoints)
    for (const { errors } of bands)
      for (const part of ["scf", "basis"] as const)
        largest[part] = Math.max(largest[part], Math.abs(errors![part]));
  return largest;
}

const withoutLevels = ({ levels: _, ...rest }: ErrorBars): Omit<ErrorBars, "levels"> => rest;

/** Tells whether the levels of a k-point were not proved, of whichever spin. */
const hasFailure = ({ levels }: ErrorBars, index: number, kpoints: number): boolean =>
  levels.some((found, i) => i % kpoints === index && found === undefined);

const unprovedLevels = (at: SolvedBands): BandsAtK["bands"] =>
  levelsAt(at, 1).bands.map((level) => ({ ...level, guaranteed: false }));

/**
 * Solves the k-points of the highest filled and the lowest empty level again in the infinite basis:
 * enclosed levels lie lower than those of the ground state, and these decide the zero of energy.
 */
async function decisive(
  energies: readonly Energies[],
  filled: number,
  reference: ReferenceLevels | undefined,
  solve: (kpoints: readonly Vec3[]) => Promise<SolvedBands[]>,
): Promise<readonly Energies[]> {
  if (reference?.valenceMaximum === undefined || energies[0]!.energies.length < filled) return energies;
  const ends = [bandTop(energies, filled), gapAlong(energies, filled)?.bottom ?? bandTop(energies, filled)];
  return solve([...new Set(ends.map(({ index }) => energies[index]!.k))]);
}

const levelsAt = ({ k, spin, energies }: SolvedBands, nSpin: 1 | 2): BandsAtK => ({
  k,
  ...(nSpin === 2 ? { spin: spin as 0 | 1 } : {}),
  bands: Array.from(energies, (energy, i) => ({ index: i + 1, energy })),
});
