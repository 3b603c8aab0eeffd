import type { Worker as NodeWorker } from "node:worker_threads";
import { isNode } from "../common/platform.ts";
import type { Channel, WorkerChannel } from "./transport.ts";

/** Starts the neighbouring worker module. In a source checkout (`.ts`) the worker needs tsx. */
export async function spawnWorker(): Promise<WorkerChannel> {
  if (isNode) {
    const source = import.meta.url.endsWith(".ts");
    const url = new URL(source ? "./worker.ts" : "./worker.js", import.meta.url);
    const { Worker } = await import("node:worker_threads");
    const worker = source
      ? new Worker(
          `import(${JSON.stringify(import.meta.resolve("tsx/esm/api"))}).then(({ register }) => { register(); return import(${JSON.stringify(url.href)}); })`,
          { eval: true },
        )
      : new Worker(url);
    return nodeChannel(worker);
  }
  // Bundlers look for exactly this expression; a browser never runs the `.ts` sources.
  const worker = new globalThis.Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (handle) => worker.addEventListener("message", (event) => handle(event.data)),
    onFailure: (handle) => worker.addEventListener("error", (event) => handle(new Error(event.message))),
    terminate: async () => worker.terminate(),
  };
}

/** Returns the channel to a worker of Node. A thread that ends unasked has failed. */
export function nodeChannel(worker: NodeWorker): WorkerChannel {
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
export async function parentChannel(): Promise<Channel> {
  if (isNode) {
    const { parentPort: port } = await import("node:worker_threads");
    return {
      post: (message) => port!.postMessage(message),
      onMessage: (handle) => void port!.on("message", handle),
    };
  }
  const scope = globalThis as unknown as {
    postMessage(message: unknown): void;
    addEventListener(type: "message", handle: (event: { data: unknown }) => void): void;
  };
  return {
    post: (message) => scope.postMessage(message),
    onMessage: (handle) => scope.addEventListener("message", (event) => handle(event.data)),
  };
}
