import { availableParallelism } from "node:os";
import { otherRanks } from "../../parallel/ranks.ts";

/** Returns the threads of the machine, shared by the processes that an `mpirun` started on it. */
export const usualThreads = (): number =>
  Math.max(1, Math.floor(availableParallelism() / (otherRanks()?.onThisMachine ?? 1)));
