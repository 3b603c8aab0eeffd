import type { FrozenProblem } from "../../../bands/frozen-problem.ts";
import { invariant, requireInput } from "../../../common/failure.ts";
import type { Vec3 } from "../../../common/vec3.ts";
import type { BandEnclosure } from "../../../errors/certify/band-enclosure.ts";
import { type CertifiedPoint, claimsOf } from "../../../errors/certify/certificate.ts";
import { type CoreAtom, type ExactProblem, exactProblem } from "../../../errors/problem/exact-problem.ts";
import type { BackendName } from "../../../kernels/kernels.ts";
import type { Model } from "../../../model/model.ts";
import type { EnclosureTask } from "../../../parallel/enclosure-host.ts";
import { enclosePoints } from "../../../parallel/enclosures.ts";
import type { BandEnergy, BandsAtK } from "./bands-result.ts";

export interface ErrorBarOptions {
  /** Cutoff of the trial vectors [Ha]. */
  readonly ecut: number;
  /** Largest width wanted [Ha]; cutoffs are raised for it. */
  readonly accuracy?: number | undefined;
  readonly backend: BackendName;
  /** k-points at once. Default 1; no digit depends on it. */
  readonly threads?: number;
  /** Whether to keep what proves the intervals. Default false. */
  readonly certificate?: boolean | undefined;
  /** k-points not begun when it is aborted are left without intervals, and said to be. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Levels with their intervals, and what could not be had. */
export interface ErrorBars {
  readonly kpoints: readonly BandsAtK[];
  /** Widest interval [Ha]; NaN if there is none. */
  readonly widest: number;
  /** What rounding alone contributes to it [Ha]. */
  readonly rounding: number;
  /** What the intervals rest on. */
  readonly assumptions: readonly string[];
  /** k-points whose intervals could not be proved, and why. */
  readonly failures: readonly { readonly k: Vec3; readonly reason: string }[];
  /** What proves the intervals, where it was to be kept. */
  readonly certificate?: BandsCertificate | undefined;
}

/** Error bars with everything that is needed to prove them again. */
export interface BandsCertificate {
  readonly problem: ExactProblem;
  /** k-points whose intervals could not be proved are not among them. */
  readonly points: readonly CertifiedPoint[];
  readonly assumptions: readonly string[];
}

/**
 * The Hamiltonian whose levels are enclosed: the stored numbers themselves, in the infinite basis.
 *
 * @param frozen what a self-consistent run left; without it the pseudopotentials alone.
 * @throws InputError for what no enclosure is known of.
 */
export function exactHamiltonian(model: Model, frozen: FrozenProblem | undefined): ExactProblem {
  invariant(model.nSpin === 1, () => "exactHamiltonian: two spins have no single potential");
  if (frozen === undefined) return exactProblem(model);
  const atoms = frozen.atoms.map(({ species, position }): CoreAtom => {
    const potential = frozen.species[species]!.pseudopotential;
    requireInput(
      potential.kind === "gth",
      () => `--error-bars: needs GTH pseudopotentials beside a stored potential, got ${potential.name}`,
    );
    return { potential, position };
  });
  const coefficients = frozen.potential.coefficients.flatMap(([x, y, z, re, im]) => {
    const stored = { g: [x, y, z] as Vec3, re, im };
    const isMean = x === 0 && y === 0 && z === 0;
    return isMean ? [stored] : [stored, { g: [0 - x, 0 - y, 0 - z] as Vec3, re, im: 0 - im }];
  });
  return { kind: "frozen", lattice: frozen.lattice, atoms, coefficients };
}

/** The levels of `kpoints`, each with an interval that certainly holds the exact level of the same index. */
export async function withErrorBars(
  problem: ExactProblem,
  kpoints: readonly BandsAtK[],
  { ecut, accuracy, backend, threads = 1, certificate = false, signal, onProgress }: ErrorBarOptions,
): Promise<ErrorBars> {
  const tasks = kpoints.map(
    (at): EnclosureTask => ({
      k: at.k,
      nBands: at.bands.length,
      options: accuracy === undefined ? { ecut } : { ecut, accuracy },
      withProposals: certificate,
    }),
  );
  const enclosed = await enclosePoints(problem, tasks, { backend, threads, signal, onProgress });
  const done: BandsAtK[] = [];
  const failures: { k: Vec3; reason: string }[] = [];
  const assumptions = new Set<string>();
  let widest = Number.NaN;
  let rounding = 0;
  const points: CertifiedPoint[] = [];
  kpoints.forEach((at, point) => {
    const { found, proposals } = enclosed[point]!;
    if (Array.isArray(found)) {
      if (certificate) points.push({ k: at.k, claims: claimsOf(found), proposals });
      done.push({ ...at, bands: found.map(provedLevel) });
      for (const { lower, upper, parts, assumptions: own } of found) {
        if (!(upper - lower <= widest)) [widest, rounding] = [upper - lower, parts.arithmetic];
        for (const assumption of own) assumptions.add(assumption);
      }
    } else {
      done.push({ ...at, bands: at.bands.map((level) => ({ ...level, guaranteed: false })) });
      failures.push({ k: at.k, reason: found.reason });
    }
  });
  const rests = [...assumptions];
  return {
    kpoints: done,
    widest,
    rounding,
    assumptions: rests,
    failures,
    ...(certificate ? { certificate: { problem, points, assumptions: rests } } : {}),
  };
}

/** The level that was computed together with its interval, in the basis of the proof: that of the run's cutoff lies above. */
const provedLevel = ({ index, ritz, lower, upper, parts }: BandEnclosure): BandEnergy => ({
  index,
  energy: ritz,
  lower,
  upper,
  guaranteed: true,
  parts,
});
