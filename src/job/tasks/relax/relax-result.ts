import type { Mat3 } from "../../../common/vec3.ts";
import type { Check } from "../../../ground/check/check.ts";
import type { TrajectoryFrame } from "../../../io/structures/trajectory.ts";
import type { ResourceUse } from "../../prepare/session.ts";
import type { Job } from "../../schema/job.ts";

/** One geometry of a relaxation, with free energy; the stress with the cell only. */
export interface RelaxStep extends TrajectoryFrame {
  /** Steps of its self-consistent field. */
  readonly scfSteps: number;
  /** Cell whose plane waves below the cutoff were used, rows [bohr], and the FFT grid. */
  readonly planeWavesOf: Mat3;
  readonly fftSize: readonly [number, number, number];
}

/** What `relax` writes. Hartree atomic units. */
export interface RelaxFile {
  /** Version that wrote the file. */
  readonly stillwave: string;
  readonly job: Job;
  readonly options: {
    readonly cell: boolean;
    /** From 1. */
    readonly fix: readonly number[];
    /** [Ha/bohr³] */
    readonly pressure: number;
    /** [Ha/bohr] */
    readonly force: number;
    /** [Ha/bohr³] */
    readonly stress: number;
  };
  /** False after an interruption or at the limit of steps. */
  readonly converged: boolean;
  /** The job at the last geometry, if that is relaxed. */
  readonly relaxed?: Job;
  readonly elements: readonly string[];
  /** In the order in which they were computed; the last is the answer where it converged. */
  readonly steps: readonly RelaxStep[];
  /**
   * Largest force on a free atom, without the net force where none is fixed, and largest component
   * of stress + pressure, at the last step.
   */
  readonly largestForce: number;
  readonly largestStress?: number;
  /**
   * Largest change of a stress component when the plane waves are chosen anew in the relaxed cell
   * (Pulay) [Ha/bohr³]; while the cell moves they stay the same.
   */
  readonly pulayStress?: number;
  /** Checks of the ground state of the last geometry, if it is relaxed and they are asked for. */
  readonly checks?: readonly Check[];
  readonly resources: ResourceUse;
  readonly warnings: readonly string[];
}
