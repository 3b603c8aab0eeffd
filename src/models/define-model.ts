import type { Grid } from "../basis/grid.ts";
import { createBasis } from "../basis/plane-wave-basis.ts";
import { requireInput } from "../common/failure.ts";
import type { Vec3 } from "../common/vec3.ts";
import { createKernels } from "../kernels/backends.ts";
import { asRealField, type RealField, sumReal } from "../kernels/fields.ts";
import type { BackendName, GridSize } from "../kernels/kernels.ts";
import { cellLattice } from "../model/lattice.ts";
import { isSmeared } from "../model/model.ts";
import { type SmearingName, smearingAt } from "../model/smearing.ts";
import { orbitalsFor } from "../parallel/orbitals-for.ts";
import type { WorkerSource } from "../parallel/spawn.ts";
import type { ScfProblem } from "../scf/scf.ts";
import { entropy } from "../terms/entropy/entropy.ts";
import { kinetic } from "../terms/kinetic/kinetic.ts";
import { magnetic, vectorPotential } from "../terms/magnetic/magnetic.ts";
import { requireTerms } from "../terms/sums.ts";
import type { Term } from "../terms/term.ts";

/** A model system without atoms, in one, two or three dimensions. */
export interface ModelDefinition {
  /** One, two or three lattice vectors with as many components [bohr]. */
  readonly cell: readonly (readonly number[])[];
  /** Length of the missing axes [bohr]; it sets the unit of density. Default 1. */
  readonly width?: number;
  /** Cutoff of the plane waves [Ha]. */
  readonly ecut: number;
  /** Particles per cell. Default 1. */
  readonly particles?: number;
  /** Particles per level: 2 electrons, 1 spinless fermion or boson, N bosons. Default 1. */
  readonly perLevel?: number;
  /** Energy terms on the grid of the cutoff, beside the kinetic energy and the entropy. */
  readonly terms: (grid: Grid) => readonly Term[];
  /** Start density, up to a factor, in any unit. Default uniform. */
  readonly start?: (grid: Grid) => ArrayLike<number>;
  /** A(r) of a magnetic field, kinetic energy ½|−i∇ − A|²; a rotation Ω has A = Ω × r. */
  readonly vectorPotential?: (r: Vec3) => Vec3;
  /** Monkhorst-Pack divisions of the existing axes, and their shifts. Default the point k = 0. */
  readonly kgrid?: readonly number[];
  readonly kshift?: readonly number[];
  /** Default none at temperature 0, where the lowest levels are full, and else Fermi-Dirac. */
  readonly smearing?: SmearingName;
  /** Width of the smearing [Ha]. Default 0. */
  readonly temperature?: number;
  readonly fftSize?: readonly number[];
  readonly backend?: BackendName;
  readonly threads?: number;
  /** Address of the module of a worker, or a pool of workers. Default the package's own. */
  readonly worker?: WorkerSource | undefined;
  /** Seed of the random start. Default 0. */
  readonly seed?: number;
}

/** Discretised model, for `scf`, `groundState` or `minimiseCondensate`. */
export interface DefinedModel extends ScfProblem {
  readonly backend: BackendName;
  readonly seed: number;
}

/**
 * Discretises a model given by its terms in the plane waves of its dimensions: Gross-Pitaevskii,
 * analytic potentials, reduced Hartree-Fock or the user's own `terms`.
 *
 * @throws InputError if a value is out of range.
 *
 * @example
 * ```ts
 * import { defineModel, externalPotential, lowestLevels } from "stillwave";
 *
 * const model = await defineModel({
 *   cell: [[8]],
 *   ecut: 10,
 *   terms: (grid) => [externalPotential(grid, ([x]) => -Math.cos((2 * Math.PI * x) / 8))],
 * });
 * console.log(await lowestLevels(model, 2));
 * ```
 */
export async function defineModel({
  cell,
  width,
  ecut,
  particles = 1,
  perLevel = 1,
  terms,
  start,
  vectorPotential: field,
  kgrid,
  kshift,
  smearing,
  temperature = 0,
  fftSize,
  backend = "wasm",
  threads = 1,
  worker,
  seed = 0,
}: ModelDefinition): Promise<DefinedModel> {
  requirePositive("particles", particles);
  requirePositive("perLevel", perLevel);
  const lattice = cellLattice(cell, width);
  const { dimension } = lattice;
  const filled = (name: string, values: readonly number[], rest: number): Vec3 => {
    requireInput(
      values.length === dimension,
      () => `${name}: must have one value for each of the ${dimension} axes, got [${values}]`,
    );
    return [values[0]!, values[1] ?? rest, values[2] ?? rest];
  };
  const basis = createBasis(
    {
      lattice,
      species: [],
      atoms: [],
      electrons: particles,
      smearing: smearingAt(temperature, smearing),
      temperature,
      nSpin: 1,
      perLevel,
    },
    {
      ecut,
      kgrid: kgrid === undefined ? [1, 1, 1] : filled("kgrid", kgrid, 1),
      kshift: kshift === undefined ? [0, 0, 0] : filled("kshift", kshift, 0),
      fftSize: fftSize === undefined ? null : (filled("fftSize", fftSize, 1) satisfies GridSize),
      timeReversal: field === undefined,
    },
    await createKernels(backend),
  );
  const own = terms(basis.grid);
  requireTerms(own);
  return {
    basis,
    terms: [
      kinetic,
      ...(field === undefined ? [] : [magnetic(vectorPotential(basis.grid, field))]),
      ...own,
      ...(isSmeared(basis.model) ? [entropy] : []),
    ],
    createOrbitals: orbitalsFor(basis, { threads, worker, backend, seed }),
    threads,
    worker,
    backend,
    seed,
    ...(start === undefined ? {} : { startDensity: scaled(start(basis.grid), basis.grid, particles) }),
  };
}

/** Scales a density to the number of particles. */
function scaled(start: ArrayLike<number>, { points, dvol }: Grid, particles: number): RealField {
  const rho = asRealField(Float64Array.from(start));
  const sum = dvol * sumReal(rho);
  requireInput(
    rho.length === points && rho.every((x) => x >= 0) && sum > 0 && Number.isFinite(sum),
    () =>
      `start: must be ${points} densities, none negative and not all zero, got ${rho.length} with the integral ${sum}`,
  );
  return asRealField(rho.map((x) => (x * particles) / sum));
}

function requirePositive(name: string, value: number): void {
  requireInput(Number.isFinite(value) && value > 0, () => `${name}: must be a positive number, got ${value}`);
}
