import type { Tasks } from "./worker.ts";

/** Arguments, events and result of a task of the worker. */
export type Args<Name extends keyof Tasks> = Parameters<Tasks[Name]>[0];
export type Event<Name extends keyof Tasks> =
  Parameters<Tasks[Name]> extends [unknown, (event: infer Heard) => void] ? Heard : never;
export type Result<Name extends keyof Tasks> = Awaited<ReturnType<Tasks[Name]>>;

/** A worker that does one task after another, until it is closed. */
export interface Workshop {
  /** @throws Error with the sentence of the library. */
  call<Name extends keyof Tasks>(
    task: Name,
    args: Args<Name>,
    onEvent?: (event: Event<Name>) => void,
  ): Promise<Result<Name>>;
  /** Ends it at once; tasks under way are rejected. */
  close(): void;
}

/** What is thrown where somebody pressed Stop. */
export class Stopped extends Error {}

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
  readonly onEvent: ((event: never) => void) | undefined;
}
interface Message {
  readonly id: number;
  readonly event?: never;
  readonly result?: never;
  readonly error?: string;
}

export function openWorkshop(): Workshop {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const pending = new Map<number, Pending>();
  let last = 0;
  const failAll = (error: Error): void => {
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  worker.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    const call = pending.get(data.id);
    if (call === undefined) return;
    if ("event" in data) return call.onEvent?.(data.event as never);
    pending.delete(data.id);
    if (data.error !== undefined) call.reject(new Error(data.error));
    else call.resolve(data.result as never);
  });
  worker.addEventListener("error", ({ message }) =>
    failAll(new Error(message || "the page's worker did not load; load the page again")),
  );
  return {
    call: (task, args, onEvent) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        pending.set(id, { resolve, reject, onEvent });
        worker.postMessage({ id, task, args });
      }),
    close() {
      worker.terminate();
      failAll(new Stopped("stopped"));
    },
  };
}

/** Does one task in a worker of its own, which ends with it or with the signal. */
export async function compute<Name extends keyof Tasks>(
  task: Name,
  args: Args<Name>,
  {
    signal,
    onEvent,
  }: { readonly signal?: AbortSignal; readonly onEvent?: (event: Event<Name>) => void } = {},
): Promise<Result<Name>> {
  if (signal?.aborted) throw new Stopped("stopped");
  const workshop = openWorkshop();
  signal?.addEventListener("abort", () => workshop.close(), { once: true });
  try {
    return await workshop.call(task, args, onEvent);
  } finally {
    workshop.close();
  }
}

/** The worker that reads and draws for the page, opened with the first thing to do. */
let shared: Workshop | undefined;
export const inBackground: Workshop["call"] = (task, args, onEvent) => {
  shared ??= openWorkshop();
  return shared.call(task, args, onEvent);
};

/** Runs the newest of the calls that come while one is under way, and none of those between. */
export function newest(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let isWanted = false;
  const loop = async (): Promise<void> => {
    try {
      while (isWanted) {
        isWanted = false;
        await work();
      }
    } finally {
      running = undefined;
    }
  };
  return () => {
    isWanted = true;
    running ??= loop();
    return running;
  };
}

/**
 * Does all of the work, as many pieces at once as there are processors.
 *
 * @throws the first error, after all of it has ended.
 */
export async function share<Piece>(
  pieces: readonly Piece[],
  work: (piece: Piece) => Promise<void>,
): Promise<void> {
  const queue = [...pieces];
  const hand = async (): Promise<void> => {
    for (let piece = queue.shift(); piece !== undefined; piece = queue.shift()) await work(piece);
  };
  const hands = await Promise.allSettled(Array.from({ length: Math.min(CORES, pieces.length) }, hand));
  for (const each of hands) if (each.status === "rejected") throw each.reason;
}

/** Processors of this machine that the page uses. */
export const CORES = Math.min(8, Math.max(1, navigator.hardwareConcurrency || 1));
