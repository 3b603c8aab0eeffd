import { nonlocalChannels } from "../atoms/pseudopotential-formulas.ts";
import type { Model } from "../model/model.ts";
import { lobpcgBytes } from "../solvers/lobpcg-workspace.ts";

/** Sizes that decide how much memory of a kernel instance blocks take. */
export interface BlockSizes {
  /** Plane waves of the largest sphere. */
  readonly planeWaves: number;
  readonly bands: number;
  /** Nonlocal projectors of all atoms. */
  readonly projectors: number;
  readonly gridPoints: number;
  /** Whether all blocks have real coefficients. Default false. */
  readonly isReal?: boolean;
}

/** Memory of the blocks of one kernel instance [bytes]. */
export interface BlockMemory {
  /** Most directions of the eigensolver: as many as bands, or as fit. */
  readonly directions: number;
  /** What all blocks share: panels and small matrices of the eigensolver, and the potential. */
  readonly shared: number;
  /** Temporaries of operations: overlaps with projectors, densities, transforms. */
  readonly scratch: number;
  /** Orbitals, projectors, diagonals and plans of one block. */
  readonly block: number;
  /** Of `block`, the lists of each plane wave. */
  readonly sphere: number;
  /** Most blocks of one instance; 0 if not even one fits. */
  readonly atOnce: number;
}

/** Nonlocal projectors of all atoms together. */
export const projectorCount = ({ atoms, species }: Pick<Model, "atoms" | "species">): number => {
  const ofSpecies = species.map(({ pseudopotential }) =>
    nonlocalChannels(pseudopotential).reduce((sum, { h }, l) => sum + (2 * l + 1) * h.length, 0),
  );
  return atoms.reduce((sum, atom) => sum + ofSpecies[atom.species]!, 0);
};

const COMPLEX = 16;
const REAL = 8;
/** Most bands that have complex copies at once where coefficients are real, and copies of each. */
const EXPANDED = 32;
const COPIES = 3;
/** Diagonals, indices and lists of a sphere [bytes for each plane wave], measured: 20 to 45. */
const SPHERE = 36;
/** Real densities made in one pass, and complex work of the pruned transforms, in grid points. */
const DENSITIES = 5;
const TRANSFORMS = 2;
/** Smallest block of temporaries, tables of transforms [bytes]. */
const LEAST = 2 ** 18;
/** Fewest directions, as a share of the bands, with which the eigensolver still converges. */
const FEWEST_DIRECTIONS = 1 / 8;

/**
 * Plans the memory of blocks.
 *
 * @param most bytes that a kernel instance can hold.
 */
export function blockMemory(
  { planeWaves, bands, projectors, gridPoints, isReal = false }: BlockSizes,
  most: number,
): BlockMemory {
  const number = isReal ? REAL : COMPLEX;
  const block = planeWaves * (number * (bands + projectors) + SPHERE);
  const scratch =
    LEAST +
    number * projectors * bands +
    REAL * DENSITIES * gridPoints +
    COMPLEX * (TRANSFORMS * gridPoints + (isReal ? COPIES * Math.min(EXPANDED, bands) * planeWaves : 0));
  const sharedBy = (directions: number) =>
    (number / COMPLEX) * lobpcgBytes(planeWaves, bands, directions) + REAL * gridPoints;
  const fewest = Math.ceil(FEWEST_DIRECTIONS * bands);
  let directions = bands;
  while (directions > fewest && sharedBy(directions) + scratch + block > most) directions--;
  const shared = sharedBy(directions);
  return {
    directions,
    shared,
    scratch,
    block,
    sphere: SPHERE,
    atOnce: Math.max(0, Math.floor((most - shared - scratch) / block)),
  };
}
