import { requireInput } from "../common/failure.ts";
import type { GridSize, Kernels } from "../kernels/kernels.ts";
import { latticePointGroup } from "../model/crystal-symmetry/lattice-symmetry.ts";
import { compatibleWithGrid, rotationsOfGrid } from "../model/crystal-symmetry/symmetry-subgroups.ts";
import type { WeightedKpoint } from "../model/kgrid.ts";
import { chooseKpoints, type KgridSymmetry, type KpointChoice, type KpointSet } from "../model/kpoint-set.ts";
import type { Model } from "../model/model.ts";
import { IDENTITY, type SymmetryOperation } from "../model/symmetry.ts";
import { createGrid, type Grid, isFastGrid, symmetricGridSize } from "./grid.ts";
import { createKPoint, type KPoint } from "./kpoint.ts";
import { type Symmetrize, symmetrizer } from "./symmetrize.ts";

/** Discretisation of a model: real-space grid, k-points with their spheres, and its symmetry. */
export interface PlaneWaveBasis {
  readonly model: Model;
  /** [Ha] */
  readonly ecut: number;
  readonly grid: Grid;
  /** Irreducible k-points; weights add to 1. */
  readonly kpoints: readonly KPoint[];
  /** Space-group operations that keep FFT grid and set of k-points; at least the identity. */
  readonly operations: readonly SymmetryOperation[];
  /** Projects on functions invariant under `operations`. */
  readonly symmetrize: Symmetrize;
  /** Operations map grid points to grid points; functions of invariant densities are invariant. */
  readonly mapsPoints: boolean;
  /** Number of k-points asked for, and of the symmetric set that `kpoints` represent. */
  readonly zone: { readonly chosen: number; readonly whole: number; readonly kept: number };
  /** The k-points asked for. */
  readonly choice: KpointChoice;
  /** k and −k are equivalent. */
  readonly timeReversal: boolean;
}

export interface BasisOptions {
  /** Kinetic-energy cutoff [Ha], positive. */
  readonly ecut: number;
  /** Monkhorst-Pack divisions. */
  readonly kgrid: readonly [number, number, number];
  /** Shift of the k-grid in units of its step: k = (j + shift)/n. Default 0. */
  readonly kshift?: readonly [number, number, number];
  /** Several shifts instead of one: the union of their grids. */
  readonly kshifts?: readonly (readonly [number, number, number])[];
  /** List of points instead of a grid. */
  readonly kpoints?: readonly WeightedKpoint[];
  /** The k-points and operations of this choice, where they are known already. */
  readonly zone?: KpointSet;
  /** Treatment of k-grids without the crystal's symmetry: see `chooseKpoints`. Default crystal. */
  readonly kgridSymmetry?: KgridSymmetry;
  /** Default: smallest grid with exact products of two orbitals and all symmetries. */
  readonly fftSize?: GridSize | null;
  /** Space group of the crystal; default the identity. */
  readonly operations?: readonly SymmetryOperation[];
  /** Orbitals at k and −k are conjugate. Default true; false in magnetic fields. */
  readonly timeReversal?: boolean;
}

/**
 * Makes the basis of a model. Translations may map grid points between grid points: densities are
 * then averaged wave by wave, and functions of them need averaging too (`mapsPoints`).
 *
 * @throws InputError if `fftSize` has a prime factor above 13 or is too small for the sphere.
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
  const { kpoints, operations, ...zone } =
    options.zone ??
    chooseKpoints(choice, {
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
