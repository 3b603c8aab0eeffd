import type { Mat3, Vec3 } from "../../../common/vec3.ts";
import type { ResourceUse } from "../../prepare/session.ts";
import type { Job } from "../../schema/job.ts";
import type { ResultStatus } from "../scf/result.ts";
import type { Settings } from "../settings.ts";

export type { Settings };

/** How far a run is from that with the finest settings: largest absolute differences. */
export interface SettingsError {
  /** Of the free energy [Ha/atom]. */
  readonly energy: number;
  /** Of a force, as a vector [Ha/bohr]. */
  readonly force: number;
  /** Of a component [Ha/bohr³]. */
  readonly stress: number;
}

/** One run of a convergence test. */
export interface SettingsRun extends Settings {
  readonly status: ResultStatus;
  /** SCF steps. */
  readonly iterations: number;
  /** Free energy [Ha/atom]. */
  readonly energy: number;
  /** [Ha/bohr], one for each atom. */
  readonly forces: readonly Vec3[];
  /** [Ha/bohr³] */
  readonly stress: Mat3;
  /** Number of irreducible k-points, and the largest number of plane waves at one of them. */
  readonly kpoints: number;
  readonly planeWaves: number;
  readonly seconds: number;
  /** Error against the finest settings; absent before these, and for unconverged runs. */
  readonly error?: SettingsError;
  /**
   * Estimated error of the free energy by basis and k-grid [Ha/atom], the sum of their moduli;
   * where it was asked for and both are estimated.
   */
  readonly estimate?: number;
}

/** What `converge` writes. Hartree atomic units. */
export interface ConvergenceFile {
  /** Version that wrote the file. */
  readonly stillwave: string;
  readonly job: Job;
  /** Ascending. */
  readonly ecuts: readonly number[];
  readonly kgrids: readonly Vec3[];
  /** Error of the energy that is good enough [Ha/atom]. */
  readonly accuracy: number;
  /** Whether estimated errors were asked for. */
  readonly errors: boolean;
  /** False when it was interrupted, or a run that others are compared with has not converged. */
  readonly complete: boolean;
  readonly runs: readonly SettingsRun[];
  /**
   * The cheapest settings with a computed error below the accuracy. Absent where only the finest
   * qualify: these may not be fine enough.
   */
  readonly cheapest?: Settings;
  readonly resources: ResourceUse;
  readonly warnings: readonly string[];
}
