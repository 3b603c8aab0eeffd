import { parentPort, Worker } from "node:worker_threads";
import type { Channel, WorkerChannel } from "./transport.ts";

/**
 * Starts a worker thread of Node. In a source checkout (`.ts`) the neighbouring worker needs tsx.
 *
 * @param address of its module. Default the neighbouring one.
 */
export function startNodeWorker(address?: string | URL): WorkerChannel {
  const source = address === undefined && import.meta.url.endsWith(".ts");
  const url = address ?? new URL(source ? "./worker.ts" : "./worker.js", import.meta.url);
  const worker = source
    ? new Worker(
        `import(${JSON.stringify(import.meta.resolve("tsx/esm/api"))}).then(({ register }) => { register(); return import(${JSON.stringify(String(url))}); })`,
        { eval: true },
      )
    : new Worker(url);
  return nodeChannel(worker);
}

/** Returns the channel to a worker of Node. A thread that ends unasked has failed. */
export function nodeChannel(worker: Worker): WorkerChannel {
  worker.setMaxListeners(0);
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (handle) => void worker.on("message", handle),
    onFailure: (handle) => {
      worker.on("error", handle);
      worker.on("exit", (code) => handle(new Error(`worker thread ended with code ${code}`)));
    },
    terminate: async () => void (await worker.terminate()),
  };
}

/** Returns the channel to the parent, inside a worker. */
export const nodeParent = (): Channel => ({
  post: (message) => parentPort!.postMessage(message),
  onMessage: (handle) => void parentPort!.on("message", handle),
});
