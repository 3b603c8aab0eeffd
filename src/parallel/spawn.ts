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

/** Where the worker lies in a build whose bundler did not look for it. */
const NEIGHBOUR = "./worker.js";

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
  const worker = address === undefined ? neighbour() : moduleWorker(new URL(address, location.href));
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

function neighbour(): Worker {
  try {
    // Bundlers look for exactly this expression; a browser never runs the `.ts` sources.
    return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  } catch {
    return moduleWorker(new URL(NEIGHBOUR, import.meta.url)); // the library lies on another origin
  }
}

/** Begins a worker of any origin: a page may begin its own, which may import others. */
function moduleWorker(address: URL): Worker {
  const { href, origin } = address;
  if (origin === location.origin) return new Worker(href, { type: "module" });
  const text = `import ${JSON.stringify(href)};`;
  const own = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  return new Worker(own, { type: "module" });
}

/** A browser does not say why a script of a worker did not load. */
const notLoaded = (address: WorkerAddress | undefined): string =>
  address === undefined
    ? "worker: dist/parallel/worker.js of stillwave did not load from where this build expects it, which the browser's console tells; serve it as a module and give its address by the option worker"
    : `worker: must be the address of stillwave's worker module, got ${address}, which did not load; serve the built stillwave/worker there`;
