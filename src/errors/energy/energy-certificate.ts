import type { Vec3 } from "../../common/vec3.ts";
import { above, below } from "../../interval/rounding.ts";
import { provedAbove, provedBelow } from "../../interval/sides.ts";
import type { GridSize, Kernels } from "../../kernels/kernels.ts";
import type { NotCertified } from "../certify/band-enclosure.ts";
import { type CertifiedPoint, type Claim, claimedLevel } from "../certify/certificate.ts";
import type { EnclosedProblem } from "../problem/enclosed-hamiltonian.ts";
import type { ExactProblem } from "../problem/exact-problem.ts";
import { planeWavesBelow } from "../problem/reciprocal.ts";
import { type EnergyEnclosure, energyProof } from "./certify-energy.ts";
import { densityGrid } from "./filled-density.ts";
import {
  type LevelBounds,
  potentialDepth,
  type StoredLevels,
  selfConsistentBands,
} from "./self-consistent-bands.ts";

/** The sampled model of a self-consistent energy, beside lattice and atoms. */
export interface SampledElectrons {
  /** Per cell; even. */
  readonly electrons: number;
  /** k-points of the sampling, and how often each counts; k and −k may share one. */
  readonly mesh: readonly { readonly k: Vec3; readonly multiplicity: number }[];
}

/** What a certificate says of the self-consistent energy of a sampled model. */
export interface EnergyClaim extends SampledElectrons {
  /** Points of the grid that the density is formed on; no proof rests on its being the least. */
  readonly grid: GridSize;
  /** Ends of the interval that holds the energy [Ha]. */
  readonly lower: number;
  readonly upper: number;
  /** Largest distance of the true density from the stored one [√Ha]. */
  readonly densityError: number;
  /**
   * Intervals of the levels 1, 2, … of the self-consistent operator at each k-point of the mesh,
   * whose potential has no mean [Ha].
   */
  readonly levels?: readonly (readonly Claim[])[] | undefined;
}

/** What is proved of a self-consistent model: its energy, and the levels of its operator. */
export interface ModelEnclosure extends EnergyEnclosure {
  /** At each k-point of the mesh; undefined where the density is too far off to say. */
  readonly levels: readonly (readonly LevelBounds[])[] | undefined;
}

/** Hands the k-points of a certificate to a proof one by one, in the order of the mesh. */
export interface PointwiseProof {
  /**
   * Takes the intervals that a point claims and fills its last proposal's vectors.
   *
   * @throws InputError for vectors that do not fit
   */
  add(point: CertifiedPoint): void;
  result(): ModelEnclosure | NotCertified;
}

/** Begins the proof of an energy; the claims of the bands must stand. */
export function pointwiseProof(
  kernels: Kernels,
  frozen: Extract<ExactProblem, { kind: "frozen" }>,
  problem: EnclosedProblem,
  { electrons, mesh, grid }: SampledElectrons & Pick<EnergyClaim, "grid">,
): PointwiseProof {
  const whole = mesh.reduce((sum, { multiplicity }) => sum + multiplicity, 0);
  const proof = energyProof(kernels, frozen, problem, { size: grid, mesh: whole, electrons });
  const stored: StoredLevels[] = [];
  return {
    add({ claims, proposals }) {
      const { k, multiplicity } = mesh[stored.length]!;
      // each claim contains what was proved
      const levels = claims.map(({ lower, upper }) => ({
        lower: provedBelow(lower),
        upper: provedAbove(upper),
      }));
      const { count, trial } = proposals.at(-1)!;
      stored.push({ levels, depth: potentialDepth(problem, k, count.outerCutoff) });
      proof.add({ k, multiplicity, bands: levels, trial });
    },
    result() {
      const found = proof.result();
      if (found.kind !== "bound") return found;
      return { ...found, levels: selfConsistentBands(problem, stored, found.densityError) };
    },
  };
}

/** The grid for the densities of all points. */
export const gridOf = ({ reciprocal }: EnclosedProblem, points: readonly CertifiedPoint[]): GridSize =>
  densityGrid(
    points.map(({ k, proposals }) => {
      const waves = planeWavesBelow(reciprocal, k, proposals.at(-1)!.trial.cutoff);
      return { waves, u: { rows: waves.count } };
    }),
  );

/**
 * Proves an energy and claims it, wider by 1/8 on either side, for the rounding of another machine.
 *
 * @param points whose claims stand, in the order of the mesh
 */
export function claimEnergy(
  kernels: Kernels,
  frozen: Extract<ExactProblem, { kind: "frozen" }>,
  problem: EnclosedProblem,
  sampled: SampledElectrons,
  points: readonly CertifiedPoint[],
): { readonly claim: EnergyClaim; readonly proved: ModelEnclosure } | NotCertified {
  const grid = gridOf(problem, points);
  const proof = pointwiseProof(kernels, frozen, problem, { ...sampled, grid });
  for (const point of points) proof.add(point);
  const proved = proof.result();
  if (proved.kind !== "bound") return proved;
  const room = above(proved.upper - proved.lower) / 8;
  const claim = {
    ...sampled,
    grid,
    lower: below(proved.lower - room),
    upper: above(proved.upper + room),
    densityError: above(proved.densityError * 1.125),
    levels: proved.levels?.map((bands) => bands.map((band, i) => claimedLevel({ index: i + 1, ...band }))),
  };
  return { claim, proved };
}

/** What does not hold of a claim; undefined if it contains what is proved. */
export function energyFailure(claim: EnergyClaim, proved: ModelEnclosure | NotCertified): string | undefined {
  if (proved.kind !== "bound") return `energy: nothing is proved: ${proved.reason}`;
  const { lower, upper, densityError } = claim;
  if (!(lower <= proved.lower && proved.upper <= upper))
    return `energy: [${proved.lower}, ${proved.upper}] Ha is proved, which [${lower}, ${upper}] Ha does not contain`;
  if (!(proved.densityError <= densityError))
    return `density: an error of ${proved.densityError} √Ha is proved, which is above the ${densityError} claimed`;
  return claim.levels && levelsFailure(claim.levels, proved.levels);
}

/** What does not hold of the levels of the self-consistent operator. */
function levelsFailure(
  claimed: NonNullable<EnergyClaim["levels"]>,
  proved: ModelEnclosure["levels"],
): string | undefined {
  if (proved === undefined) return "self-consistent levels: nothing is proved, the density is too far off";
  if (claimed.length !== proved.length)
    return `self-consistent levels: must be those of ${proved.length} k-points, got ${claimed.length}`;
  for (const [point, bands] of claimed.entries())
    for (const [i, { index, lower, upper }] of bands.entries()) {
      const found = proved[point]![i];
      if (found !== undefined && index === i + 1 && lower <= found.lower && found.upper <= upper) continue;
      const proof = found === undefined ? "nothing" : `[${found.lower}, ${found.upper}] Ha`;
      return `self-consistent levels: k-point ${point + 1}: of band ${i + 1} ${proof} is proved, which [${lower}, ${upper}] Ha of band ${index} does not contain`;
    }
  return undefined;
}
