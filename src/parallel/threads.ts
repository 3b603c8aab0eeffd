import { spawnWorker, type WorkerAddress } from "./spawn.ts";
import { createThread, type Thread } from "./thread.ts";
import { connect, distantThread } from "./transport.ts";

/** Team of threads: this thread alone, or workers. */
export interface Threads {
  readonly threads: readonly Thread[];
  /** Ends the workers; later calls fail. */
  close(): Promise<void>;
}

/**
 * Opens `count` workers; for a count of one, this thread.
 *
 * @param worker address of the module of the workers. Default the package's own.
 */
export async function openThreads(count: number, worker?: WorkerAddress): Promise<Threads> {
  if (count <= 1) return { threads: [givingWay(createThread())], close: async () => {} };
  const transports = await Promise.all(
    Array.from({ length: count }, async () => connect(await spawnWorker(worker))),
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
