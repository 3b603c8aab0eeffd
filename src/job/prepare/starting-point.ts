import { createGrid } from "../../basis/grid.ts";
import type { PlaneWaveBasis } from "../../basis/plane-wave-basis.ts";
import { requireInput } from "../../common/failure.ts";
import type { Mat3, Vec3 } from "../../common/vec3.ts";
import { asRealField, type RealField } from "../../kernels/fields.ts";
import type { GridSize, Kernels } from "../../kernels/kernels.ts";
import { createLattice } from "../../model/lattice.ts";
import type { Model } from "../../model/model.ts";
import { eigenTolerance } from "../../scf/rules/eigen-tolerance.ts";
import type { ScfState } from "../../scf/state.ts";
import { extrapolateDensity } from "../../state/extrapolate-density.ts";

/** The system that a state belongs to, in a checkpoint. */
export interface CheckpointSystem {
  /** Rows [bohr]. */
  readonly lattice: Mat3;
  readonly atoms: readonly {
    readonly element: string;
    /** Fractional. */
    readonly position: Vec3;
    /** Initial moment [μB]. */
    readonly magneticMoment?: number;
  }[];
  readonly fftSize: GridSize;
  /** Fractional k, and the number of plane waves there. */
  readonly spheres: readonly { readonly k: Vec3; readonly planeWaves: number }[];
}

/** A state to go on from, and of what. */
export interface Checkpoint extends ScfState {
  readonly system?: CheckpointSystem;
}

export const checkpointSystem = ({ model, grid, kpoints }: PlaneWaveBasis): CheckpointSystem => ({
  lattice: model.lattice.vectors,
  atoms: model.atoms.map(({ species, ...atom }) => ({ element: model.species[species]!.element, ...atom })),
  fftSize: grid.size,
  spheres: kpoints.map(({ k, planeWaves }) => ({ k, planeWaves })),
});

/** Where a run begins: for the options and the problem of `scf`. */
export interface StartingPoint {
  readonly restart?: ScfState;
  readonly startDensity?: RealField;
}

/**
 * Where to go on from a checkpoint. The same system continues its iteration, to the last digit. Where the atoms have moved, or
 * the cell, the k-points or the grid are others, a new iteration begins at `extrapolateDensity`, and where the spheres of plane
 * waves are as large as before, at the orbitals of before.
 *
 * @param value what `RunOptions.checkpoint` was given, perhaps read from a file.
 * @throws InputError if it is no state, or one of other atoms or spins.
 */
export function startingPoint(value: unknown, basis: PlaneWaveBasis, kernels: Kernels): StartingPoint {
  const state = checkedState(value);
  const now = checkpointSystem(basis);
  const before = state.system ?? now; // checkpoints of the first kind do not say
  if (isSame(before, now)) return { restart: state };
  requireSameAtoms(before, state.rho.length, now, basis.model.nSpin);

  const model: Model = {
    ...basis.model,
    lattice: createLattice(before.lattice),
    atoms: basis.model.atoms.map(({ species }, i) => ({ species, ...before.atoms[i]! })),
  };
  const grid = createGrid(model.lattice, before.fftSize, kernels);
  const rho = extrapolateDensity({ model, grid, rho: asRealField(state.rho) }, basis.model, basis.grid);
  basis.symmetrize(rho);
  const { orbitals, nBands, nConverge } = state;
  if (orbitals === undefined || !isSame(before.spheres, now.spheres)) return { startDensity: rho };
  return {
    restart: {
      rho,
      history: [],
      eigenTolerance: eigenTolerance([{ densityResidual: change(rho, state.rho, basis.grid.dvol) }]),
      nBands,
      nConverge,
      orbitals,
    },
  };
}

/** ‖ρ − ρ′‖ [bohr^(-3/2)], about what the residual will be; infinite between grids of different size. */
const change = (rho: RealField, before: RealField, dvol: number): number =>
  rho.length === before.length
    ? Math.sqrt(dvol * rho.reduce((sum, x, r) => sum + (x - before[r]!) ** 2, 0))
    : Number.POSITIVE_INFINITY;

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function requireSameAtoms(
  before: CheckpointSystem,
  length: number,
  now: CheckpointSystem,
  nSpin: number,
): void {
  const elements = ({ atoms }: CheckpointSystem) => atoms.map(({ element }) => element).join(" ");
  requireInput(
    elements(before) === elements(now),
    () =>
      `restart: must be a checkpoint of the same atoms in the same order, ${elements(now)}, got one of ${elements(before)}`,
  );
  const [nx, ny, nz] = before.fftSize;
  requireInput(
    length === nSpin * nx * ny * nz,
    () =>
      `restart: must be a checkpoint of a run with ${nSpin === 2 ? "spin collinear" : "spin none"}, as this job has, got one of the other kind`,
  );
}

/** A state from a file is anything until it is looked at. */
function checkedState(value: unknown): Checkpoint {
  const state = withMethod(value as (Partial<Checkpoint> & EarlierState) | null);
  requireInput(
    typeof state === "object" &&
      state !== null &&
      state.rho instanceof Float64Array &&
      Array.isArray(state.history) &&
      (state.method === undefined || typeof state.method.name === "string") &&
      typeof state.eigenTolerance === "number" &&
      typeof state.nBands === "number" &&
      typeof state.nConverge === "number",
    () => "restart: must be a state written by this program's checkpoint, got something else",
  );
  return state as Checkpoint;
}

/** What a method remembers, as checkpoints up to version 0.1.0 had it, beside the density. */
interface EarlierState {
  readonly accelerator?: readonly EarlierPoint[];
  readonly guard?: { readonly best: EarlierPoint };
  readonly search?: object;
}
interface EarlierPoint {
  readonly rho: RealField;
}

/** Reads the memory of a method from an earlier checkpoint; later ones have it under its name. */
function withMethod(state: (Partial<Checkpoint> & EarlierState) | null): Partial<Checkpoint> | null {
  if (!Array.isArray(state?.accelerator)) return state;
  const { accelerator, guard, search, ...rest } = state;
  const renamed = ({ rho, ...point }: EarlierPoint) => ({ input: rho, ...point });
  const history = accelerator.map(renamed);
  const method = search
    ? { name: "potential-mixing", history, search }
    : { name: "density-mixing", history, ...(guard && { guard: { ...guard, best: renamed(guard.best) } }) };
  return { ...rest, method };
}
