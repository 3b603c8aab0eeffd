import { requireInput } from "../common/failure.ts";
import type { GridSize, Kernels } from "../kernels/kernels.ts";
import type { WeightedKpoint } from "../model/kgrid.ts";
import { chooseKpoints, type KgridSymmetry, type KpointChoice } from "../model/kpoint-set.ts";
import { latticePointGroup } from "../model/lattice-symmetry.ts";
import type { Model } from "../model/model.ts";
import { IDENTITY, type SymmetryOperation } from "../model/symmetry.ts";
import { compatibleWithGrid, rotationsOfGrid } from "../model/symmetry-subgroups.ts";
import { createGrid, type Grid, isFastGrid, symmetricGridSize } from "./grid.ts";
import { createKPoint, type KPoint } from "./kpoint.ts";
import { type Symmetrize, symmetrizer } from "./symmetrize.ts";

/** The discretisation of a model: real-space grid, k-points with their spheres, and the symmetry kept. */
export interface PlaneWaveBasis {
  readonly model: Model;
  /** [Ha] */
  readonly ecut: number;
  readonly grid: Grid;
  /** Irreducible k-points; weights add to 1. */
  readonly kpoints: readonly KPoint[];
  /** Space-group operations whose rotations leave the FFT grid and the set of k-points as they are; at least the identity. */
  readonly operations: readonly SymmetryOperation[];
  /** Projection onto functions invariant under `operations`. */
  readonly symmetrize: Symmetrize;
  /** Whether `operations` map grid points to grid points, so that any function of an invariant density is invariant too. */
  readonly mapsPoints: boolean;
  /** Points of the Brillouin zone that were asked for, and of the symmetric set that `kpoints` stand for. */
  readonly zone: { readonly chosen: number; readonly whole: number; readonly kept: number };
  /** The k-points that were asked for. */
  readonly choice: KpointChoice;
  /** Whether k and −k count as one. */
  readonly timeReversal: boolean;
}

export interface BasisOptions {
  /** Kinetic-energy cutoff [Ha], positive. */
  readonly ecut: number;
  /** Monkhorst-Pack divisions. */
  readonly kgrid: readonly [number, number, number];
  /** Shift of the k-grid in units of its step: k = (j + shift)/n. Default 0. */
  readonly kshift?: readonly [number, number, number];
  /** Several shifts in place of one: the union of their grids. */
  readonly kshifts?: readonly (readonly [number, number, number])[];
  /** These points in place of a grid. */
  readonly kpoints?: readonly WeightedKpoint[];
  /** What becomes of a k-grid without the symmetry of the crystal: see `chooseKpoints`. Default `crystal`. */
  readonly kgridSymmetry?: KgridSymmetry;
  /** Default: the smallest grid on which products of two orbitals are exact, and which `operations` keep. */
  readonly fftSize?: GridSize | null;
  /** The crystal's space group; default the identity alone. */
  readonly operations?: readonly SymmetryOperation[];
  /** Whether orbitals at k and −k are conjugate, so that one of the two is enough. Default true; false in a magnetic field. */
  readonly timeReversal?: boolean;
}

/**
 * Translations may fall between grid points: densities are then averaged wave by wave, and so must be what is made of them point
 * by point (`mapsPoints`).
 *
 * @throws InputError if `fftSize` has a prime factor above 13 or is too small for the sphere of plane waves.
 */
export function createBasis(model: Model, options: BasisOptions, kernels: Kernels): PlaneWaveBasis {
  const { ecut, kgrid, kshift = [0, 0, 0], operations: given = [IDENTITY], timeReversal = true } = options;
  requireInput(Number.isFinite(ecut) && ecut > 0, () => `ecut: must be a positive energy in Ha, got ${ecut}`);
  const { vectors, dimension } = model.lattice;
  const size = options.fftSize ?? symmetricGridSize(vectors, ecut, given, dimension);
  requireInput(
    isFastGrid(size),
    () =>
      `fftSize: axes must be products of 2, 3, 5, 7, 11 and 13, got [${size.join(", ")}]; leave it null for the default`,
  );
  const choice: KpointChoice =
    options.kpoints === undefined
      ? { kgrid, kshifts: options.kshifts ?? [kshift] }
      : { list: options.kpoints };
  const { kpoints, operations, ...zone } = chooseKpoints(choice, {
    operations: rotationsOfGrid(given, size),
    lattice: () => latticePointGroup(vectors),
    timeReversal,
    kgridSymmetry: options.kgridSymmetry,
  });
  const grid = createGrid(model.lattice, size, kernels);
  return {
    model,
    ecut,
    grid,
    kpoints: kpoints.map(({ k, weight }) => createKPoint(model.lattice, size, ecut, k, weight)),
    operations,
    symmetrize: symmetrizer(grid, operations),
    mapsPoints: compatibleWithGrid(operations, size).length === operations.length,
    zone,
    choice,
    timeReversal,
  };
}
