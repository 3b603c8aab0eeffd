import type { FrozenProblem } from "../bands/frozen-problem.ts";
import { requireOption } from "../common/failure.ts";
import type { Vec3 } from "../common/vec3.ts";
import { type BandEnclosure, USUAL_WIDTH } from "../errors/certify/band-enclosure.ts";
import { type CertifiedPoint, CLAIM_WIDTH, type Claim, claimsOf } from "../errors/certify/certificate.ts";
import { type ExactProblem, exactProblem } from "../errors/problem/exact-problem.ts";
import type { FourierCoefficient } from "../errors/problem/mesh-potential.ts";
import { sumCoefficients } from "../errors/problem/mesh-potential.ts";
import type { BackendName } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import type { EnclosedPoint, EnclosureTask } from "../parallel/enclosure-host.ts";
import { enclosePoints } from "../parallel/enclosures.ts";
import type { WorkerSource } from "../parallel/spawn.ts";
import type { BandEnergy } from "./band-levels.ts";

export interface ErrorBarOptions {
  /** Cutoff of the trial vectors [Ha]. */
  readonly ecut: number;
  /** Largest width wanted of what is told [Ha]; cutoffs are raised for it. Default 1e-4. */
  readonly accuracy?: number | undefined;
  readonly backend: BackendName;
  /** k-points at once. Default 1; no digit depends on it. */
  readonly threads?: number;
  readonly worker?: WorkerSource | undefined;
  /** Whether to keep what proves the intervals. Default false. */
  readonly certificate?: boolean | undefined;
  /** k-points not begun when it is aborted are left without intervals, and said to be. */
  readonly signal?: AbortSignal | undefined;
  /** Hears the levels of each k-point, by its index, as soon as they are proved. */
  readonly onLevels?: ((index: number, levels: readonly BandEnergy[]) => void) | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Levels with their intervals, and where there are none. */
export interface ErrorBars {
  /**
   * For each k-point its levels with intervals, all k-points once for each spin; undefined where no
   * proof was found.
   */
  readonly levels: readonly (readonly BandEnergy[] | undefined)[];
  /** Largest width that was wanted [Ha]. */
  readonly accuracy: number;
  /** Widest interval [Ha]; NaN if there is none. */
  readonly widest: number;
  /** What rounding alone contributes to it [Ha]. */
  readonly rounding: number;
  /** What the intervals rest on. */
  readonly assumptions: readonly string[];
  /** k-points whose intervals could not be proved, and why. */
  readonly failures: readonly {
    readonly k: Vec3;
    /** With two spins. */
    readonly spin?: 0 | 1;
    readonly reason: string;
    /** What may help, where anything does. */
    readonly remedy?: string | undefined;
  }[];
  /** What was enclosed; of two spins that of ↑. */
  readonly problem: ExactProblem;
  /** What proves the intervals, where it was to be kept. */
  readonly certificate?: BandsCertificate | undefined;
}

/** Error bars with everything that is needed to prove them again. */
export interface BandsCertificate {
  /** Of two spins that of ↑; where ↓ has a potential of its own, its coefficients. */
  readonly problem: ExactProblem;
  readonly spinDown?: readonly FourierCoefficient[] | undefined;
  /** k-points whose intervals could not be proved are not among them. */
  readonly points: readonly CertifiedPoint[];
  readonly assumptions: readonly string[];
}

/**
 * The Hamiltonian whose levels are enclosed: the stored numbers themselves, in the infinite basis.
 *
 * @param frozen what a self-consistent run left, of a spin; else the pseudopotentials alone.
 * @throws InputError for what no enclosure is known of.
 */
export function exactHamiltonian(model: Model, frozen: FrozenProblem | undefined): ExactProblem {
  if (frozen === undefined) return exactProblem(model);
  // files of problems have the digest of a mesh alone, which is the model's
  const species = frozen.species.map((own, i) => {
    const atom = frozen.atoms.findIndex((a) => a.species === i);
    return own.pseudopotential.kind === "numeric" && atom >= 0
      ? model.species[model.atoms[atom]!.species]!
      : own;
  });
  for (const { pseudopotential } of species)
    requireOption(
      pseudopotential.kind !== "cohen-bergstresser",
      "bands",
      (name) =>
        `${name("errorBars")}: needs pseudopotentials beside a stored potential, got ${pseudopotential.name}`,
    );
  const own = exactProblem({
    lattice: { ...model.lattice, vectors: frozen.lattice },
    species,
    atoms: frozen.atoms,
  });
  const coefficients = frozen.potential.coefficients.flatMap(([x, y, z, re, im]) => {
    const stored = { g: [x, y, z] as Vec3, re, im };
    const isMean = x === 0 && y === 0 && z === 0;
    return isMean ? [stored] : [stored, { g: [0 - x, 0 - y, 0 - z] as Vec3, re, im: 0 - im }];
  });
  return {
    kind: "frozen",
    lattice: frozen.lattice,
    atoms: own.kind === "cohen-bergstresser" ? [] : own.atoms,
    coefficients: own.kind === "frozen" ? sumCoefficients(own.coefficients, coefficients) : coefficients,
  };
}

/**
 * Solves for the lowest levels at each k-point, each with an interval that certainly holds the
 * exact level of the same index.
 *
 * @param kpoints fractional
 */
export async function levelsWithErrorBars(
  problem: ExactProblem,
  kpoints: readonly Vec3[],
  nBands: number,
  options: ErrorBarOptions,
): Promise<ErrorBars> {
  const {
    ecut,
    accuracy = USUAL_WIDTH,
    backend,
    threads = 1,
    worker,
    certificate = false,
    signal,
    onLevels,
    onProgress,
  } = options;
  const tasks = kpoints.map(
    (k): EnclosureTask => ({
      k,
      nBands,
      options: { ecut, accuracy: certificate ? accuracy / CLAIM_WIDTH : accuracy },
      withProposals: certificate,
    }),
  );
  /** What is told of the intervals of a k-point: with a certificate, what it claims. */
  const provedLevels = (found: readonly BandEnclosure[]) => {
    const told = certificate ? claimsOf(found) : found;
    return found.map((band, i) => provedLevel(band, told[i]!));
  };
  const onPoint =
    onLevels &&
    ((index: number, { found }: EnclosedPoint) => {
      if (isProved(found)) onLevels(index, provedLevels(found));
    });
  const place = { backend, threads, worker, signal, onPoint, onProgress };
  const enclosed = await enclosePoints(problem, tasks, place);
  const failures: ErrorBars["failures"][number][] = [];
  const assumptions = new Set<string>();
  let widest = Number.NaN;
  let rounding = 0;
  const points: CertifiedPoint[] = [];
  const levels = enclosed.map(({ found, proposals }, point) => {
    const k = kpoints[point]!;
    if (!isProved(found)) {
      failures.push({ k, reason: found.reason, remedy: found.remedy });
      return undefined;
    }
    if (certificate) points.push({ k, claims: claimsOf(found), proposals });
    for (const band of found) for (const assumption of band.assumptions) assumptions.add(assumption);
    const proved = provedLevels(found);
    for (const { lower, upper, parts } of proved) {
      const width = upper - lower;
      if (!(width <= widest)) [widest, rounding] = [width, parts.arithmetic];
    }
    return proved;
  });
  const rests = [...assumptions];
  return {
    levels,
    accuracy,
    widest,
    rounding,
    assumptions: rests,
    failures,
    problem,
    ...(certificate ? { certificate: { problem, points, assumptions: rests } } : {}),
  };
}

/**
 * The same of two spins, each with a Hamiltonian of its own: all k-points once for each, as
 * `levelsWithErrorBars` gives them for one.
 */
export async function levelsOfSpins(
  problems: readonly [ExactProblem, ExactProblem],
  kpoints: readonly Vec3[],
  nBands: number,
  options: ErrorBarOptions,
): Promise<ErrorBars> {
  const { onLevels, onProgress } = options;
  const barsOf = (spin: 0 | 1): Promise<ErrorBars> =>
    levelsWithErrorBars(problems[spin], kpoints, nBands, {
      ...options,
      onLevels: onLevels && ((index, levels) => onLevels(index + spin * kpoints.length, levels)),
      onProgress: onProgress && ((done) => onProgress(done + spin * kpoints.length, 2 * kpoints.length)),
    });
  const both = [await barsOf(0), await barsOf(1)] as const;
  const [up, down] = both;
  const { widest, rounding } = down.widest > up.widest || Number.isNaN(up.widest) ? down : up;
  const assumptions = [...new Set([...up.assumptions, ...down.assumptions])];
  const ofSpin = <Item extends object>(items: readonly Item[], spin: number) =>
    items.map((item) => ({ ...item, spin: spin as 0 | 1 }));
  return {
    levels: [...up.levels, ...down.levels],
    accuracy: up.accuracy,
    widest,
    rounding,
    assumptions,
    failures: both.flatMap(({ failures }, spin) => ofSpin(failures, spin)),
    problem: up.problem,
    ...(up.certificate &&
      down.certificate && {
        certificate: {
          problem: up.problem,
          ...(down.problem.kind === "frozen" && { spinDown: down.problem.coefficients }),
          points: [...ofSpin(up.certificate.points, 0), ...ofSpin(down.certificate.points, 1)],
          assumptions,
        },
      }),
  };
}

const isProved = (found: EnclosedPoint["found"]): found is BandEnclosure[] => Array.isArray(found);

/**
 * Makes the level of a proved interval: the one that was computed in the basis of the proof; that
 * of the run's cutoff lies above.
 *
 * @param told the interval itself, or what a certificate claims: wider, for the rounding of another
 *   machine.
 */
const provedLevel = ({ index, ritz, lower, upper, parts }: BandEnclosure, told: Claim) => ({
  index,
  energy: ritz,
  lower: told.lower,
  upper: told.upper,
  guaranteed: true as const,
  parts: { ...parts, arithmetic: parts.arithmetic + (lower - told.lower) + (told.upper - upper) },
});
