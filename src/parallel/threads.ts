import { otherRanks } from "./ranks.ts";
import { spawnWorker, type WorkerSource } from "./spawn.ts";
import { createThread, type Thread } from "./thread.ts";
import { connect, distantThread } from "./transport.ts";

/** Team of threads: this thread alone, or workers. */
export interface Threads {
  readonly threads: readonly Thread[];
  /** Ends the workers; later calls fail. */
  close(): Promise<void>;
}

/**
 * Opens threads for a number of tasks: workers here and in the processes that work for this one;
 * for a single thread or task, this thread.
 *
 * @param threads most threads in each process.
 * @param worker pool of the workers here, or address of their module. Default the package's own.
 */
export async function openThreads(threads: number, tasks: number, worker?: WorkerSource): Promise<Threads> {
  const ranks = otherRanks();
  const processes = ranks?.count ?? 1;
  const count = Math.min(threads * processes, tasks);
  if (count <= 1) return { threads: [givingWay(createThread())], close: async () => {} };
  const transports = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const rank = i % processes;
      return rank === 0 ? connect(await spawnWorker(worker)) : ranks!.connect(rank);
    }),
  );
  return {
    threads: transports.map(distantThread),
    close: async () => void (await Promise.all(transports.map((transport) => transport.close()))),
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
