import { otherRanks } from "./ranks.ts";
import { spawnWorker, type WorkerSource } from "./spawn.ts";
import { createThread, type Thread } from "./thread.ts";
import { connect, distantThread } from "./transport.ts";

/** Team of threads: this thread alone, or workers. */
export interface Threads {
  readonly threads: readonly Thread[];
  /** Further workers for each of these threads, which is in the same process. */
  readonly helpers: readonly (readonly Thread[])[];
  /** Ends the workers; later calls fail. */
  close(): Promise<void>;
}

/** Where the workers of `openThreads` come from, and how many more than tasks are of use. */
export interface ThreadsOptions {
  readonly worker?: WorkerSource | undefined;
  /** Threads beyond the number of tasks, as far as there are. Default 0. */
  readonly further?: number;
}

/**
 * Opens threads for a number of tasks: workers here and in the processes that work for this one;
 * for a single thread or task, this thread.
 *
 * @param threads most threads in each process.
 * @param worker pool of the workers here, or address of their module. Default the package's own.
 */
export async function openThreads(
  threads: number,
  tasks: number,
  { worker, further = 0 }: ThreadsOptions = {},
): Promise<Threads> {
  const ranks = otherRanks();
  const processes = ranks?.count ?? 1;
  const count = Math.max(1, Math.min(threads * processes, tasks));
  const rankOf = (i: number) => i % processes;
  const here = Array.from({ length: count }, (_, i) => i).filter((i) => rankOf(i) === 0);
  const helpersHere = Math.max(0, Math.min(further, threads - here.length));
  const start = async () => connect(await spawnWorker(worker));
  const startOn = (rank: number) => (rank === 0 ? start() : ranks!.connect(rank));
  const [own, helpers] = await Promise.all([
    Promise.all(count === 1 ? [] : Array.from({ length: count }, (_, i) => startOn(rankOf(i)))),
    Promise.all(Array.from({ length: helpersHere }, start)),
  ]);
  return {
    threads: count === 1 ? [givingWay(createThread())] : own.map(distantThread),
    helpers: Array.from({ length: count }, (_, i) =>
      helpers.filter((_, h) => here[h % here.length] === i).map(distantThread),
    ),
    close: async () => void (await Promise.all([...own, ...helpers].map((transport) => transport.close()))),
  };
}

/** Adds pauses between the blocks of long work, in which progress is shown and signals arrive. */
function givingWay(thread: Thread): Thread {
  let last = performance.now();
  return {
    ...thread,
    async run(operation, index, argument) {
      const result = await thread.run(operation, index, argument);
      if (performance.now() - last > 30) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        last = performance.now();
      }
      return result;
    },
  };
}
