import { spawnWorker } from "./spawn.ts";
import { createThread, type Thread } from "./thread.ts";
import { connect, distantThread } from "./transport.ts";

/** Threads at work, this one alone or workers beside it. */
export interface Threads {
  readonly threads: readonly Thread[];
  /** Ends the workers; what is asked of them afterwards fails. */
  close(): Promise<void>;
}

/** One thread is this one; more are workers, of which this one only waits. */
export async function openThreads(count: number): Promise<Threads> {
  if (count <= 1) return { threads: [givingWay(createThread())], close: async () => {} };
  const transports = await Promise.all(
    Array.from({ length: count }, async () => connect(await spawnWorker())),
  );
  return {
    threads: transports.map(distantThread),
    close: async () => void (await Promise.all(transports.map((transport) => transport.close()))),
  };
}

/** Between the blocks of long work this thread gives way to others, so that progress shows and signals arrive. */
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
