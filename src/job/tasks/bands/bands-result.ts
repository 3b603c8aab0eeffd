import type { PathLabel } from "../../../bands/k-path.ts";
import type { BandsAtK } from "../../../ground/band-levels.ts";
import type { ResourceUse } from "../../prepare/session.ts";
import type { Job } from "../../schema/job.ts";

/** The gap between bands N and N + 1 over the k-points of the file; others were not looked at. */
export interface GapInterval {
  /** N, counted from 1: as many bands as the electrons fill. */
  readonly filled: number;
  /**
   * Ends of an interval around min λ_{N+1} − max λ_N of these k-points [Ha]; negative for overlap.
   */
  readonly lower: number;
  readonly upper: number;
  readonly guaranteed: true;
}

/** What `bands` writes. */
export interface BandsFile {
  /** Version that wrote the file. */
  readonly stillwave: string;
  readonly job: Job;
  readonly hamiltonian: Job["hamiltonian"];
  /** [Ha] */
  readonly ecut: number;
  /** Energy that pictures measure from [Ha]. */
  readonly zero: number;
  /** Names of k-points by index; two neighbouring points with names are sides of a jump. */
  readonly path: readonly PathLabel[];
  readonly kpoints: readonly BandsAtK[];
  /** Only with error bars at every k-point. */
  readonly gap?: GapInterval;
  /** Cutoff of the larger basis that estimated errors of levels compare with [Ha]. */
  readonly errorsAgainst?: number;
  readonly resources: ResourceUse;
  /** Only when it is false: some level has not reached the tolerance of the eigensolver. */
  readonly converged?: false;
}
