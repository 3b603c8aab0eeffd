import type { Mat3 } from "../../../common/vec3.ts";
import type { EquationOfState } from "../../../observables/equation-of-state.ts";
import type { ResourceUse } from "../../prepare/session.ts";
import type { Job } from "../../schema/job.ts";

/** One volume of an equation of state. */
export interface EosPoint {
  /** [bohr³] */
  readonly volume: number;
  /** Free energy [Ha]. */
  readonly energy: number;
  /** Minus a third of the trace of the stress, at a fixed number of plane waves [Ha/bohr³]. */
  readonly pressure: number;
  /** Steps of its self-consistent field. */
  readonly scfSteps: number;
}

/** What `eos` writes. Hartree atomic units. */
export interface EosFile {
  /** Version that wrote the file. */
  readonly stillwave: string;
  readonly job: Job;
  readonly options: {
    /** [percent] */
    readonly range: number;
    readonly points: number;
  };
  /** False after an interruption. */
  readonly complete: boolean;
  readonly atoms: number;
  /** Of the job's own cell [bohr³]. */
  readonly volume: number;
  /** Ascending in volume. */
  readonly points: readonly EosPoint[];
  /** Absent before the last volume, and where there is no minimum between the volumes. */
  readonly fit?: EquationOfState;
  /** Lattice at the lowest energy, of the job's shape, rows [bohr]. */
  readonly lattice?: Mat3;
  readonly resources: ResourceUse;
  readonly warnings: readonly string[];
}
