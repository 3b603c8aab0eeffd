import { createGrid, type Grid } from "../../basis/grid.ts";
import { createKPoint } from "../../basis/kpoint.ts";
import { onGrid } from "../../basis/on-grid.ts";
import type { PlaneWaveBasis } from "../../basis/plane-wave-basis.ts";
import { digestOf } from "../../common/digest.ts";
import type { OptionName } from "../../common/failure.ts";
import type { Mat3, Vec3 } from "../../common/vec3.ts";
import { asRealField, newRealField, type RealField } from "../../kernels/fields.ts";
import type { BackendName, GridSize, Kernels } from "../../kernels/kernels.ts";
import { createLattice } from "../../model/lattice.ts";
import type { Model } from "../../model/model.ts";
import type { Tolerance } from "../../scf/method.ts";
import { eigenTolerance } from "../../scf/rules/eigen-tolerance.ts";
import { targetResidual } from "../../scf/rules/tolerance.ts";
import type { ScfState, ScfStep } from "../../scf/state.ts";
import { carryOrbitals } from "../../state/carry-orbitals.ts";
import { extrapolateDensity } from "../../state/extrapolate-density.ts";
import { superpositionOfAtoms } from "../../state/guess.ts";
import type { Job } from "../schema/job.ts";
import { checkedState, requireRestart } from "./checked-state.ts";

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
  /** What else decides the energy; checkpoints of version 1 do not say. */
  readonly physics?: CheckpointPhysics | undefined;
}

/** All but geometry and basis that decides the energy, by the names of a job where it has them. */
export interface CheckpointPhysics {
  readonly functional: readonly string[];
  /** Element and digest of each kind of atom. */
  readonly pseudopotentials: readonly string[];
  readonly electrons: number;
  readonly spin: "none" | "collinear";
  readonly smearing: string;
  /** [Ha] */
  readonly temperature: number;
  readonly bands: number | null;
  /** Number of symmetry operations of the basis, and weights of its k-points. */
  readonly symmetry: number;
  readonly weights: readonly number[];
  /** Lattice vector, 1 to 3; absent without. */
  readonly dipoleCorrection?: number;
}

/** How an iteration was asked to end, and what computed it: another would end on other digits. */
export interface SettledBy {
  /** That was met. */
  readonly tolerance: Tolerance;
  /** Version of the program. */
  readonly stillwave: string;
  readonly backend: BackendName;
  readonly realOrbitals: boolean;
}

/** The last step of a converged iteration, but for what the state beside it holds. */
export interface SettledEnd extends Omit<ScfStep, "row" | "converged" | "state"> {
  /** Absent in files of before this field. */
  readonly by?: SettledBy;
}

/** A state to go on from, and of what. */
export interface Checkpoint extends ScfState {
  readonly system?: CheckpointSystem;
  /** With the orbitals of a converged run: what follows from it needs no step. */
  readonly settled?: SettledEnd;
  /** Where its orbitals may begin a run at another cutoff or at other k-points. */
  readonly carried?: Carried;
}

/** What is known of a state that is carried to another cutoff or to other k-points. */
export interface Carried {
  /** Cutoff of its orbitals [Ha]. */
  readonly ecut: number;
  /** Two states of other settings, whose difference of densities is expected on the way. */
  readonly change?: { readonly from: Checkpoint; readonly to: Checkpoint } | undefined;
}

/** Share of the density of a state that a change leaves at any point. */
const LEAST_LEFT = 0.1;

/** Names the system of a job, with the axis of its dipole correction, for its checkpoints. */
export function checkpointSystem(
  { model, grid, kpoints, operations }: PlaneWaveBasis,
  { functional, bands }: Pick<Job, "functional" | "bands">,
  axis: 0 | 1 | 2 | undefined,
): CheckpointSystem {
  const { species, electrons, nSpin, smearing, temperature } = model;
  return {
    lattice: model.lattice.vectors,
    atoms: model.atoms.map(({ species: kind, ...atom }) => ({ element: species[kind]!.element, ...atom })),
    fftSize: grid.size,
    spheres: kpoints.map(({ k, planeWaves }) => ({ k, planeWaves })),
    physics: {
      functional: [functional].flat(),
      pseudopotentials: species.map(
        ({ element, pseudopotential }) => `${element} ${digestOf(pseudopotential)}`,
      ),
      electrons,
      spin: nSpin === 2 ? "collinear" : "none",
      smearing,
      temperature,
      bands,
      symmetry: operations.length,
      weights: kpoints.map(({ weight }) => weight),
      ...(axis === undefined ? {} : { dipoleCorrection: axis + 1 }),
    },
  };
}

/** Where a run begins: for the options and the problem of `scf`. */
export interface StartingPoint {
  readonly restart?: ScfState;
  readonly startDensity?: RealField;
  /** The end of the iteration, where it had converged as the job asks. */
  readonly settled?: SettledEnd | undefined;
  /** Differences from the job that wrote the state, except atoms and cell; one line each. */
  readonly warnings: readonly string[];
}

/**
 * Finds where to go on from a checkpoint. The same system continues its iteration, to the last
 * digit. Where anything differs that decides the energy, a new iteration begins: at
 * `extrapolateDensity`, and where the spheres of plane waves and the spins are the same, at the
 * orbitals of before.
 *
 * @param value what `RunOptions.checkpoint` was given, perhaps read from a file.
 * @param job its system, and how an end must have been found for no step to be made.
 * @param named how warnings name an option.
 * @throws InputError if it is no state, or one of other atoms.
 */
export function startingPoint(
  value: unknown,
  { system: now, by }: { readonly system: CheckpointSystem; readonly by: SettledBy },
  basis: PlaneWaveBasis,
  kernels: Kernels,
  named: OptionName,
): StartingPoint {
  const state = checkedState(value) as unknown as Checkpoint;
  const before = state.system ?? { ...now, physics: undefined };
  if (isSame(before, now)) {
    const isSettled = state.orbitals !== undefined && isSame(state.settled?.by, by);
    return { restart: state, settled: isSettled ? state.settled : undefined, warnings: [] };
  }
  requireSameAtoms(before, now);
  const warnings = differences(before, now).map((what) => `${named("restart")}: the checkpoint ${what}`);

  const densityOf = ({ rho, system = now }: Checkpoint): RealField => {
    const model: Model = {
      ...basis.model,
      lattice: createLattice(system.lattice),
      atoms: basis.model.atoms.map(({ species }, i) => ({ species, ...system.atoms[i]! })),
    };
    const grid = createGrid(model.lattice, system.fftSize, kernels);
    const density = inSpins(asRealField(rho), model, grid);
    return state.carried !== undefined && hasSameGeometry(system, now)
      ? onGrid(density, grid, basis.grid)
      : extrapolateDensity({ model, grid, rho: density }, basis.model, basis.grid);
  };
  const rho = densityOf({ ...state, system: before });
  const { orbitals, nBands, nConverge, carried } = state;
  if (carried?.change !== undefined) {
    const [to, from] = [carried.change.to, carried.change.from].map(densityOf);
    for (let r = 0; r < rho.length; r++)
      rho[r] = Math.max(rho[r]! + to![r]! - from![r]!, LEAST_LEFT * rho[r]!);
  }
  basis.symmetrize(rho);
  if (carried !== undefined && orbitals !== undefined) {
    const kpoints = before.spheres.map(({ k }) =>
      createKPoint(createLattice(before.lattice), before.fftSize, carried.ecut, k, 0),
    );
    const { densityResidual = 0 } = state.history.at(-1) ?? {};
    const expected = { densityResidual: Math.max(targetResidual(by.tolerance), densityResidual) };
    return {
      restart: {
        rho,
        history: [],
        eigenTolerance: eigenTolerance([expected]),
        nBands,
        nConverge,
        orbitals: carryOrbitals({ kpoints, panels: orbitals }, basis.kpoints, basis.grid),
      },
      warnings,
    };
  }
  const points = before.fftSize.reduce((product, n) => product * n, 1);
  const hasSameSpins = state.rho.length === basis.model.nSpin * points;
  const hasSameBlocks = isSame(before.spheres, now.spheres) && hasSameSpins;
  if (orbitals === undefined || !hasSameBlocks || before.physics?.bands !== now.physics?.bands)
    return { startDensity: rho, warnings };
  // Where other physics acts the change of the density tells nothing about the residual; where only
  // atoms moved it does, down to the residual of before.
  const last = state.history.at(-1)?.densityResidual ?? 0;
  const densityResidual = Math.max(change(rho, state.rho, basis.grid.dvol), last);
  const isTold = warnings.length === 0 && !hasSameGeometry(before, now) && densityResidual > 0;
  const history = isTold ? [{ densityResidual }] : [];
  return {
    restart: { rho, history: [], eigenTolerance: eigenTolerance(history), nBands, nConverge, orbitals },
    warnings,
  };
}

/** Says which physics the checkpoint is of, and which the job asks for. */
function differences(before: CheckpointSystem, now: CheckpointSystem): string[] {
  if (before.physics === undefined)
    return [
      "does not say of which functional, pseudopotentials and smearing it is; its density is carried, the iteration starts anew",
    ];
  const isGeometry = !hasSameGeometry(before, now);
  const names: readonly (keyof CheckpointPhysics)[] = [
    "functional",
    "electrons",
    "spin",
    "smearing",
    "temperature",
    "bands",
    "dipoleCorrection",
    ...(isGeometry ? [] : (["symmetry"] as const)),
  ];
  const [was, is] = [before.physics, now.physics!];
  const changed = names
    .filter((name) => !isSame(was[name], is[name]))
    .map((name) => `${name} ${text(is[name])}, was ${text(was[name])}`);
  if (!isSame(was.pseudopotentials, is.pseudopotentials)) changed.push("other pseudopotentials");
  const hasSamePoints = isSame([before.spheres, was.weights], [now.spheres, is.weights]);
  if (!isGeometry && !hasSamePoints) changed.push("other k-points or cutoff");
  return changed.length === 0
    ? []
    : [
        `is of another job (${changed.join("; ")}): its density and, where they fit, orbitals are carried, the iteration starts anew`,
      ];
}

/** A value as one reads it. */
const text = (value: unknown): string =>
  Array.isArray(value) ? value.join(" + ") : String(value === undefined ? "none" : value);

const hasSameGeometry = (a: CheckpointSystem, b: CheckpointSystem): boolean =>
  isSame([a.atoms, a.lattice], [b.atoms, b.lattice]);

/** Gives an earlier density the model's spins: the sum, or shares by the atoms' moments. */
function inSpins(rho: RealField, model: Model, grid: Grid): RealField {
  const { points } = grid;
  requireRestart(
    rho.length === points || rho.length === 2 * points,
    () => `density must have ${points} values for each spin, got ${rho.length}; the file is damaged`,
  );
  if (rho.length === model.nSpin * points) return rho;
  const found = newRealField(model.nSpin * points);
  if (model.nSpin === 1) for (let r = 0; r < points; r++) found[r] = rho[r]! + rho[points + r]!;
  else {
    const atoms = superpositionOfAtoms(model, grid);
    for (let r = 0; r < points; r++) {
      const both = atoms[r]! + atoms[points + r]!;
      for (const at of [r, points + r]) found[at] = (rho[r]! * atoms[at]!) / both;
    }
  }
  return found;
}

/** ‖ρ − ρ′‖ [bohr^(-3/2)], about the first residual; infinite between different grids. */
const change = (rho: RealField, before: RealField, dvol: number): number =>
  rho.length === before.length
    ? Math.sqrt(dvol * rho.reduce((sum, x, r) => sum + (x - before[r]!) ** 2, 0))
    : Number.POSITIVE_INFINITY;

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function requireSameAtoms(before: CheckpointSystem, now: CheckpointSystem): void {
  const elements = ({ atoms }: CheckpointSystem) => atoms.map(({ element }) => element).join(" ");
  requireRestart(
    elements(before) === elements(now),
    () =>
      `must be a checkpoint of the same atoms in the same order, ${elements(now)}, got one of ${elements(before)}`,
  );
}
