import { InputError } from "../common/failure.ts";
import type { Thread } from "./thread.ts";

/** Call of a method of `Thread` with its arguments; plain data. */
export interface Call {
  readonly method: keyof Thread;
  readonly given: readonly unknown[];
}

/** Connection to a thread, process or machine that acts as one. Calls are served in order. */
export interface Transport {
  call(call: Call): Promise<unknown>;
  /** Ends the thread. Pending and later calls fail. */
  close(): Promise<void>;
}

/** Message channel of worker threads in Node and in browsers. */
export interface Channel {
  post(message: unknown): void;
  onMessage(handle: (message: unknown) => void): void;
}

/** Channel to a worker. */
export interface WorkerChannel extends Channel {
  onFailure(handle: (error: Error) => void): void;
  terminate(): Promise<void>;
}

type Question = Call & { readonly id: number };
type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };

/**
 * Returns the thread at the far end of a transport. Messages are untyped; they get the types of
 * `Thread`, which the far end implements, here alone.
 */
export function distantThread(transport: Pick<Transport, "call">): Thread {
  const target = {} as Thread;
  return new Proxy(target, {
    get:
      (_, method: keyof Thread) =>
      (...given: unknown[]) =>
        transport.call({ method, given }),
  });
}

/** Makes the near end: numbers calls, matches answers. If the worker ends, open calls fail. */
export function connect(worker: WorkerChannel): Transport {
  const open = new Map<number, Waiting>();
  let next = 0;
  let dead: Error | undefined;
  worker.onMessage((message) => {
    const answer = message as Answer;
    const waiting = open.get(answer.id);
    open.delete(answer.id);
    if (!("error" in answer)) waiting?.resolve(answer.value);
    else {
      const { name, message } = answer.error;
      waiting?.reject(name === "InputError" ? new InputError(message) : new Error(message));
    }
  });
  const end = (error: Error) => {
    dead ??= error;
    for (const { reject } of open.values()) reject(dead);
    open.clear();
  };
  worker.onFailure(end);
  return {
    call: (call) =>
      new Promise((resolve, reject) => {
        if (dead) return reject(dead);
        open.set(next, { resolve, reject });
        worker.post({ id: next++, ...call } satisfies Question);
      }),
    close: () => {
      end(new Error("worker thread ended: what it held was closed"));
      return worker.terminate();
    },
  };
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Serves the far end: answers calls one after another. */
export function serve(channel: Channel, thread: Thread): void {
  let queue = Promise.resolve();
  const answer = async ({ id, method, given }: Question): Promise<Answer> => {
    try {
      const methods: Record<string, (...given: never[]) => Promise<unknown>> = { ...thread };
      return { id, value: await methods[method]!(...(given as never[])) };
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      return { id, error: { name, message } };
    }
  };
  channel.onMessage((message) => {
    queue = queue.then(async () => channel.post(await answer(message as Question)));
  });
}
