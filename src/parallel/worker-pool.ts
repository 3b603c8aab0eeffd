import { startWorker, type WorkerAddress, type WorkerPool } from "./spawn.ts";
import type { WorkerChannel } from "./transport.ts";

/** What a worker is told when nobody needs what it holds; connections count their calls from 0. */
const RELEASE = { id: -1, method: "release", given: [] };

/**
 * Makes a pool of workers for several calculations, one after the other: a worker that one has
 * closed serves the next, and its modules and kernels are loaded once. One that has failed, or is
 * closed amid a call, is ended.
 *
 * @param address of their module. Default the package's own.
 *
 * @example
 * ```ts
 * import { bulk, newJob, runScf, workerPool } from "stillwave";
 *
 * const worker = workerPool();
 * for (const ecut of [3, 4]) {
 *   const job = newJob(bulk("Si"), { ecut, kgrid: [2, 2, 2], isMetal: false });
 *   console.log((await runScf(job, { threads: 2, worker })).energies.total);
 * }
 * await worker.close();
 * ```
 */
export function workerPool(address?: WorkerAddress): WorkerPool {
  const idle: PooledWorker[] = [];
  let isClosed = false;
  return {
    async take() {
      let worker = idle.pop();
      while (worker?.hasFailed()) {
        await worker.end();
        worker = idle.pop();
      }
      const lent = worker ?? pooledWorker(await startWorker(address));
      return lent.lend(async () => {
        if (isClosed || !lent.release()) await lent.end();
        else idle.push(lent);
      });
    },
    async close() {
      isClosed = true;
      await Promise.all(idle.splice(0).map((worker) => worker.end()));
    },
  };
}

interface PooledWorker {
  /** A channel of its own to whoever has it next; `onClose` is called when that one ends it. */
  lend(onClose: () => Promise<void>): WorkerChannel;
  /** Drops what it holds, if it is alive and has answered everything; whether it has. */
  release(): boolean;
  /** Whether it can serve nobody any more. */
  hasFailed(): boolean;
  end(): Promise<void>;
}

function pooledWorker(channel: WorkerChannel): PooledWorker {
  let unanswered = 0;
  let failure: Error | undefined;
  let onMessage: ((message: unknown) => void) | undefined;
  let onFailure: ((error: Error) => void) | undefined;
  const post = (message: unknown) => {
    unanswered++;
    channel.post(message);
  };
  channel.onMessage((message) => {
    unanswered--;
    onMessage?.(message);
  });
  channel.onFailure((error) => {
    failure ??= error;
    onFailure?.(error);
  });
  return {
    release() {
      if (failure !== undefined || unanswered > 0) return false;
      post(RELEASE);
      return true;
    },
    hasFailed: () => failure !== undefined,
    end: () => channel.terminate(),
    lend(onClose) {
      let isEnded = false;
      return {
        post,
        onMessage: (handle) => {
          onMessage = handle;
        },
        onFailure: (handle) => {
          onFailure = handle;
          if (failure !== undefined) handle(failure); // since it was looked at
        },
        async terminate() {
          if (isEnded) return; // it may be somebody else's by now
          isEnded = true;
          onMessage = undefined;
          onFailure = undefined;
          await onClose();
        },
      };
    },
  };
}
