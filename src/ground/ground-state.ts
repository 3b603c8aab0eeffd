/// <reference lib="esnext.disposable" preserve="true" />
import type { Field } from "../basis/field.ts";
import { fieldOn } from "../basis/field.ts";
import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import { InputError, NotConvergedError, requireInput } from "../common/failure.ts";
import { valuesOf } from "../common/options.ts";
import { plural } from "../common/plural.ts";
import type { Mat3, Vec3 } from "../common/vec3.ts";
import type { GridSize } from "../kernels/kernels.ts";
import { levelCapacity } from "../model/model.ts";
import { spinDensity } from "../observables/magnetisation.ts";
import type { Orbitals } from "../parallel/orbitals.ts";
import { type BasisEnergy, basisEnergy } from "../refine/basis-energy.ts";
import {
  type ErrorEstimateOptions,
  type ErrorEstimates,
  estimateErrors,
  type OtherDiscretisations,
} from "../refine/error-estimates.ts";
import { groundForces, groundStress } from "../scf/derivatives.ts";
import type { ScfEnd, ScfOutcome, ScfProblem } from "../scf/scf.ts";
import type { Energies, HistoryRow, ScfState, ScfStep } from "../scf/state.ts";
import { windowWeights } from "../state/energy-window.ts";
import type { Term } from "../terms/term.ts";
import { type Bands, type BandsChoices, bandsPath, computeBands } from "./bands.ts";
import { betterHamiltonians } from "./better-hamiltonians.ts";
import type { Check } from "./check/check.ts";
import { type SelfCheckOptions, selfCheck } from "./check/self-check.ts";
import { computeDielectric, type Dielectric, type DielectricChoices } from "./dielectric.ts";
import { DIELECTRIC_ANALYSIS_OPTIONS } from "./dielectric-options.ts";
import { computeDos, type Dos, type DosChoices } from "./dos.ts";
import { requireConverged, selfConsistentHamiltonian } from "./self-consistent-hamiltonian.ts";

/** Levels of one k-point; with spin all k-points once for each, spin up first. */
export interface KpointLevels {
  /** Fractional. */
  readonly k: Vec3;
  /** The weights of one spin add up to 1. */
  readonly weight: number;
  /** 0 is up. */
  readonly spin: number;
  /** [Ha], ascending. */
  readonly energies: Float64Array;
  /** Electrons in each level, 0 … 2 where spins share orbitals. */
  readonly occupations: Float64Array;
}

/**
 * The ground state of a crystal or of a model of one's own, with everything that follows from it.
 * Hartree atomic units.
 *
 * Orbitals and threads stay open for what is made of them (`forces`, `stress`, `localDos`,
 * `dielectric`, `orbitals`) until `close`, or the end of the block of an `await using`. The rest
 * needs the density alone and works afterwards as well. Nothing here iterates to self-consistency a
 * second time but `moved`.
 */
export interface GroundState extends AsyncDisposable {
  /** Grid, k-points and symmetry; the system is `basis.model`. */
  readonly basis: PlaneWaveBasis;
  readonly terms: readonly Term[];
  readonly converged: boolean;
  /** How the iteration ended. */
  readonly status: ScfOutcome["reason"];
  /** [Ha] per cell, by the names of the terms; `total` is the free energy. */
  readonly energies: Energies;
  /** ρ of the orbitals [bohr⁻³]. */
  readonly density: Field;
  /** ρ↑ − ρ↓ [bohr⁻³], shape [n1, n2, n3]; absent without spin. */
  readonly magnetisation: Field | undefined;
  /** V that the orbitals were found in, the sum over the terms [Ha]. */
  readonly potential: Field;
  /** [Ha]; without smearing the highest occupied level. */
  readonly fermiLevel: number;
  readonly levels: readonly KpointLevels[];
  /** The steps that led here. */
  readonly history: readonly HistoryRow[];
  readonly warnings: readonly string[];
  /** The last step whole, for what has no name here. */
  readonly last: ScfStep;
  /** The orbitals: `orbitals.save()` gives their coefficients, a panel for each of `levels`. */
  readonly orbitals: Orbitals;
  /**
   * Computes −∂F/∂R, Cartesian [Ha/bohr], one for each atom or other position that terms know of.
   *
   * @throws InputError if no term has forces, NotConvergedError after an interruption.
   */
  forces(): Promise<readonly Vec3[]>;
  /**
   * Computes σ = (1/Ω) ∂F/∂ε [Ha/bohr³], positive where the crystal pulls inwards.
   *
   * @throws InputError if a term has no stress, NotConvergedError after an interruption.
   */
  stress(): Promise<Mat3>;
  /**
   * Computes the local density of states at the Fermi level, Σ w f_max δ_T(ε − ε_F) |ψ|² with
   * δ_T(x) = e^{−(x/T)²}/(T√π) [states/(Ha bohr³)].
   *
   * @param width T [Ha].
   */
  localDos(width: number): Promise<Field>;
  /**
   * Computes bands in the potential at hand, along a path or at k-points.
   *
   * @param path labels of special points such as `GXLWKG`, or k-points in reduced coordinates;
   *   default the lattice's standard path.
   * @throws NotConvergedError if this is no ground state.
   */
  bands(path?: string | readonly Vec3[], options?: BandsChoices): Promise<Bands>;
  /**
   * Computes the density of states in the potential at hand, on a k-grid of its own.
   *
   * @throws NotConvergedError if this is no ground state.
   */
  dos(options?: DosChoices): Promise<Dos>;
  /**
   * Finds the extreme eigenvalues of the dielectric operator, preconditioned or not: how fast, and
   * with which damping, the iteration converges.
   *
   * @throws NotConvergedError if this is no ground state.
   * @throws InputError if its products do not fit into this machine.
   */
  dielectric(options?: DielectricChoices): Promise<Dielectric>;
  /**
   * Checks this state from what it holds, by other ways than it was computed: orthonormality,
   * electrons, residuals, the energy by two routes, forces, symmetry, and whether a level below the
   * Fermi level was missed. These are checks, no proofs.
   *
   * @throws NotConvergedError if this is no ground state.
   */
  check(options?: SelfCheckOptions): Promise<readonly Check[]>;
  /**
   * Estimates the errors of energy, density, forces, levels and, where all terms have one, stress,
   * by basis, k-points, smearing, self-consistency, eigensolver and rounding, with corrected values
   * (docs/error-estimates.md). Estimates, not bounds.
   *
   * @throws InputError if this state is not that of a job, if the cutoff is below the state's, or
   *   if bands overlap without smearing; NotConvergedError if there is none or the signal stops it.
   */
  errors(options?: ErrorEstimateOptions): Promise<ErrorEstimates>;
  /**
   * Estimates the error of the energy by the basis alone, which takes a small part of the time that
   * `errors` does.
   *
   * @param cutoff of the larger basis [Ha].
   * @throws InputError if the state is not that of a job, NotConvergedError if it did not converge.
   */
  basisEnergy(cutoff: number, signal?: AbortSignal): Promise<BasisEnergy>;
  /**
   * Finds the ground state of the same atoms elsewhere. It starts from the density of this one,
   * carried along with the atoms, and where the cutoff allows it from its orbitals, which this one
   * gives up: it is closed.
   *
   * @param positions fractional, one for each atom of `basis.model`, in its order.
   * @param lattice rows [bohr]; default as it is.
   * @param planeWaves `cutoff`, those below the cutoff in the new cell; `fixed`, those of this
   *   state, so that stress is the derivative of the energy from one cell to the next.
   * @throws NotConvergedError if there is none, InputError if this state is not that of a job.
   */
  moved(positions: readonly Vec3[], lattice?: Mat3, planeWaves?: "cutoff" | "fixed"): Promise<GroundState>;
  /** Frees the orbitals and ends the threads; a second time does nothing. */
  close(): Promise<void>;
}

/** What a ground state can do whose job is known. */
export interface OfJob extends OtherDiscretisations {
  readonly moved: SolveMoved;
  /** @throws InputError where products of a dielectric analysis do not fit into this machine. */
  readonly requireDielectricRoom: (maxProducts: number) => void;
}

/** Solves for the same atoms elsewhere, from a state of before with its orbitals. */
export type SolveMoved = (
  positions: readonly Vec3[],
  lattice: Mat3 | undefined,
  from: ScfState,
  planeWaves?: { readonly lattice: Mat3; readonly fftSize: GridSize },
) => Promise<GroundState>;

/**
 * Makes a ground state of the end of an iteration, whose orbitals it takes over.
 *
 * @param ofJob where the atoms can move and the cutoff can change.
 */
export function groundStateFrom(problem: ScfProblem, end: ScfEnd, ofJob?: OfJob): GroundState {
  const { basis, terms } = problem;
  const { model, grid } = basis;
  const { last, orbitals, reason } = end;
  const { rhoOut, occupation } = last;
  const { spec } = orbitals;
  let isOpen = true;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    await orbitals.close();
  };
  /** Sees that there are orbitals, and that they are those of the last step. */
  const needOrbitals = (name: string) => {
    requireInput(
      isOpen,
      () => `${name}: needs the orbitals, which are gone after close() and moved(); call it before`,
    );
    if (reason === "interrupted")
      throw new NotConvergedError(`${name}: the run was interrupted, its orbitals are between two steps`);
  };
  const hamiltonian = () => {
    requireConverged(end);
    return selfConsistentHamiltonian(problem, last, spec);
  };
  /** A function that is an operator cannot be sent to other threads. */
  const threads = spec.setup.operators?.some((operator) => typeof operator === "function")
    ? 1
    : (problem.threads ?? orbitals.threads);
  const workplace = { threads, worker: problem.worker, backend: spec.backend };
  const estimates = async (options: ErrorEstimateOptions) => {
    needOrbitals("errors");
    requireConverged(end);
    if (ofJob === undefined)
      throw new InputError(
        "errors: must be a ground state of solve(job), got one of a model; solve the model at a larger ecut and compare",
      );
    const before = await orbitals.save();
    try {
      return await estimateErrors(problem, end, ofJob, options);
    } catch (error) {
      const { signal } = options;
      if (!signal?.aborted || error !== signal.reason) throw error;
      throw new NotConvergedError("interrupted before all errors were estimated");
    } finally {
      await orbitals.restore(before);
    }
  };
  return {
    basis,
    terms,
    converged: reason === "converged",
    status: reason,
    energies: last.energies,
    density: fieldOn(grid, rhoOut),
    get magnetisation() {
      return model.nSpin === 1 ? undefined : fieldOn(grid, spinDensity(rhoOut));
    },
    get potential() {
      return fieldOn(grid, selfConsistentHamiltonian(problem, last, spec).hamiltonian.potential);
    },
    fermiLevel: occupation.fermiLevel,
    levels: spec.blocks.map(({ k, weight, spin }, i) => ({
      k,
      weight,
      spin,
      energies: last.levels[i]!.eigenvalues,
      occupations: occupation.occupations[i]!,
    })),
    history: last.state.history,
    warnings: last.warnings,
    last,
    orbitals,
    async forces() {
      needOrbitals("forces");
      return found("forces", await groundForces(problem, last, orbitals));
    },
    async stress() {
      needOrbitals("stress");
      return found("stress", await groundStress(problem, last, orbitals));
    },
    async localDos(width) {
      needOrbitals("localDos");
      const window = { center: occupation.fermiLevel, width };
      const weights = windowWeights(last.levels, levelCapacity(model), window, Number.POSITIVE_INFINITY);
      const states = await orbitals.density(weights);
      basis.symmetrize(states);
      return fieldOn(grid, states);
    },
    async bands(path, options) {
      const crystal = hamiltonian();
      const kpath = bandsPath(model, path, options?.points);
      if (options?.errors !== true) return computeBands(crystal, kpath, workplace, options);
      const { onErrors: onProgress, signal } = options;
      const found = await estimates({ without: ["kpoints", "smearing"], onProgress, signal });
      const larger = await ofJob!.atCutoff(found.basis.cutoff);
      const better = betterHamiltonians(crystal.hamiltonian, problem, larger, found.basis);
      const { warnings } = found;
      return computeBands(crystal, kpath, workplace, options, { ...better, warnings });
    },
    async dos(options) {
      return computeDos(hamiltonian(), workplace, options);
    },
    async dielectric(options) {
      needOrbitals("dielectric");
      requireConverged(end);
      ofJob?.requireDielectricRoom(
        valuesOf("dielectric", DIELECTRIC_ANALYSIS_OPTIONS, options ?? {}).maxProducts,
      );
      const before = await orbitals.save();
      try {
        return await computeDielectric(problem, end, options);
      } finally {
        await orbitals.restore(before);
      }
    },
    async check(options) {
      needOrbitals("check");
      requireConverged(end);
      return selfCheck(problem, last, orbitals, options);
    },
    errors: (options = {}) => estimates(options),
    async basisEnergy(cutoff, signal) {
      needOrbitals("errors");
      requireConverged(end);
      if (ofJob === undefined) throw new InputError("errors: must be a ground state of solve(job)");
      return basisEnergy(problem, end, await ofJob.atCutoff(cutoff), signal);
    },
    async moved(positions, lattice, planeWaves = "cutoff") {
      needOrbitals("moved");
      if (ofJob === undefined)
        throw new InputError(
          "moved: must be a ground state of solve(job), got one of a model; make the model of the new positions, and start it from this density",
        );
      requireInput(
        positions.length === model.atoms.length,
        () => `positions: must be ${plural(model.atoms.length, "position")}, got ${positions.length}`,
      );
      const from = { ...last.state, orbitals: await orbitals.save() };
      await close();
      const { vectors, waves } = model.lattice;
      const kept = planeWaves === "fixed" ? { lattice: waves ?? vectors, fftSize: grid.size } : undefined;
      return ofJob.moved(positions, lattice, from, kept);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function found<T>(name: string, value: T | undefined): T {
  requireInput(value !== undefined, () => `${name}: must be known to the terms of the model, got none`);
  return value;
}
