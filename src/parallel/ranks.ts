import type { Transport } from "./transport.ts";

/** Set by Open MPI's `mpirun` to the number of processes. */
export const OPEN_MPI = "OMPI_COMM_WORLD_SIZE";

/** The same of other MPIs, whose handles and constants differ. */
export const OTHER_MPIS: Readonly<Record<string, string>> = {
  PMI_SIZE: "MPICH or Intel MPI",
  MV2_COMM_WORLD_SIZE: "MVAPICH2",
};

/** Tells whether an `mpirun` started this process together with others. */
export const isStartedByMpi = (environment: Readonly<Record<string, string | undefined>>): boolean =>
  [OPEN_MPI, ...Object.keys(OTHER_MPIS)].some((variable) => Number(environment[variable]) > 1);

/** Processes that work for this one, the first: on this machine or on others. */
export interface Ranks {
  /** Number of processes with the first one. */
  readonly count: number;
  /** Of these, on this machine. */
  readonly onThisMachine: number;
  /** Connects to a new thread in process number `rank` > 0. */
  connect(rank: number): Transport;
}

let joined: Ranks | undefined;

/** Returns the processes that work for this one; undefined where it is alone. */
export const otherRanks = (): Ranks | undefined => joined;

/** Gives all teams of threads opened from now on threads in other processes as well. */
export function useRanks(ranks: Ranks): void {
  joined = ranks;
}
