import type { Check } from "../../../ground/check/check.ts";
import type { AtomicMagnetisation } from "../../../observables/magnetisation.ts";
import type { Vacuum } from "../../../observables/vacuum.ts";
import type { Diagnosis } from "../../../scf/diagnosis.ts";
import type { Energies, HistoryRow } from "../../../scf/state.ts";
import type { SymmetryReport } from "../../prepare/crystal.ts";
import type { PseudopotentialInUse } from "../../prepare/pseudopotentials-in-use.ts";
import type { ResourceUse } from "../../prepare/session.ts";
import type { Job } from "../../schema/job.ts";
import type { AccuracyReport } from "../accuracy/accuracy-result.ts";
import type { EnergyBounds } from "./energy-bars/energy-bars.ts";
import type { ResultErrors } from "./result-errors.ts";
import type { ResultStatus } from "./status.ts";

export type { HistoryRow, ResultStatus };

/** One k-point of the reduced set; spin-polarised runs list it once for each spin. */
export interface KpointResult {
  /** Fractional. */
  readonly k: readonly [number, number, number];
  /** The weights of one spin add up to 1. */
  readonly weight: number;
  readonly spin?: 0 | 1;
  /** [Ha], ascending. */
  readonly eigenvalues: readonly number[];
  /** Electrons in each band: 0 … 2 when spins share orbitals. */
  readonly occupations: readonly number[];
}

/** What a dipole correction acts on. */
export interface DipoleResult {
  /** Lattice vector that leaves the slab, 0 to 2. */
  readonly axis: 0 | 1 | 2;
  /** Fractional coordinate at which the potential jumps. */
  readonly position: number;
  /** Along the normal to the slab, per cell [e bohr]. */
  readonly moment: number;
  /** Energy of an electron below the slab less that above it, 4π p/A [Ha]. */
  readonly step: number;
}

/** The result file; fields that do not apply are absent. Hartree atomic units. */
export interface ResultFile {
  /** Version that wrote the file. */
  readonly stillwave: string;
  readonly job: Job;
  /** `status === "converged"`. */
  readonly converged: boolean;
  readonly status: ResultStatus;
  /** Why not, in one line; absent when converged. */
  readonly reason?: string;
  /** What keeps it from converging and what to do; absent when converged or interrupted. */
  readonly diagnosis?: Diagnosis;
  readonly iterations: number;
  /** `total` is the free energy: it includes `entropy` = −T·S. */
  readonly energies: Energies;
  readonly fermiLevel?: number;
  /** Levels of the vacuum beside a slab; minus `fermiLevel` they are its work functions. */
  readonly vacuum?: Vacuum;
  /** The dipole of a slab, where its images were kept from it. */
  readonly dipole?: DipoleResult;
  readonly electrons: number;
  /** Electrons removed from the neutral cell, negative for added ones; absent in a neutral one. */
  readonly charge?: number;
  /** What was used for each element. */
  readonly pseudopotentials: Readonly<Record<string, PseudopotentialInUse>>;
  /** ∫(ρ↑ − ρ↓) dr [μB]; this and the two below in spin-polarised runs only. */
  readonly magnetisation?: number;
  /** ∫|ρ↑ − ρ↓| dr [μB]. */
  readonly absoluteMagnetisation?: number;
  /**
   * Moments in spheres of a radius [bohr] around the atoms [μB]; they do not add up to the total.
   */
  readonly atomicMagnetisation?: AtomicMagnetisation;
  readonly kpoints: readonly KpointResult[];
  readonly history: readonly HistoryRow[];
  /** [Ha/bohr], Cartesian, one for each atom. */
  readonly forces?: readonly (readonly [number, number, number])[];
  /** [Ha/bohr³], symmetric. */
  readonly stress?: readonly (readonly [number, number, number])[];
  /** What was checked, where it was asked for and there is a ground state. */
  readonly checks?: readonly Check[];
  /** Estimates of the errors of these numbers, where they were asked for. */
  readonly errors?: ResultErrors;
  /** How the accuracy that was asked for was reached, or why not. */
  readonly accuracy?: AccuracyReport;
  /** A guaranteed interval of the self-consistent energy, where it was asked for and proved. */
  readonly energyBounds?: EnergyBounds;
  /** Space group and number of operations of the crystal; absent where symmetry is off. */
  readonly symmetry?: SymmetryReport;
  /** Divisions of the k-grid, where the job gives a spacing. */
  readonly kgrid?: readonly [number, number, number];
  readonly fftSize: readonly [number, number, number];
  /** Number of plane waves of each k-point. */
  readonly planeWaves: readonly number[];
  readonly resources: ResourceUse;
  readonly warnings: readonly string[];
}
