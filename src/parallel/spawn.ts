import { InputError } from "../common/failure.ts";
import { isNode } from "../common/platform.ts";
import type { WorkerChannel } from "./transport.ts";

/** Address of a worker's module; relative to the page in a browser. */
export type WorkerAddress = string | URL;

/** Workers that serve one calculation after the other, from `workerPool`. */
export interface WorkerPool {
  take(): Promise<WorkerChannel>;
  /** Ends the workers that nobody has, and others as they are closed. */
  close(): Promise<void>;
}

/** Where workers come from. */
export type WorkerSource = WorkerAddress | WorkerPool;

/**
 * Returns a worker: one of a pool, or a new one.
 *
 * @param source pool, or address of its module. Default the neighbouring one.
 */
export const spawnWorker = (source?: WorkerSource): Promise<WorkerChannel> =>
  typeof source === "object" && "take" in source ? source.take() : startWorker(source);

/**
 * Starts a worker.
 *
 * @param address of its module. Default the neighbouring one.
 */
export async function startWorker(address?: WorkerAddress): Promise<WorkerChannel> {
  if (isNode) return (await import("./node-worker.ts")).startNodeWorker(address);
  const worker =
    address === undefined
      ? // Bundlers look for exactly this expression; a browser never runs the `.ts` sources.
        new Worker(new URL("./worker.js", import.meta.url), { type: "module" })
      : new Worker(address, { type: "module" });
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (handle) => worker.addEventListener("message", (event) => handle(event.data)),
    onFailure: (handle) =>
      worker.addEventListener("error", ({ message }) =>
        handle(message ? new Error(`worker: ${message}`) : new InputError(notLoaded(address))),
      ),
    terminate: async () => worker.terminate(),
  };
}

/** A browser does not say why a script of a worker did not load. */
const notLoaded = (address: WorkerAddress | undefined): string =>
  address === undefined
    ? "worker: dist/parallel/worker.js of stillwave did not load from where this build expects it, which the browser's console tells; serve it as a module and give its address by the option worker"
    : `worker: must be the address of stillwave's worker module, got ${address}, which did not load; serve the built stillwave/worker there`;
