import { InputError } from "../common/failure.ts";
import type { Thread } from "./thread.ts";

/** A call on its way: a method of `Thread` with what it is given. Plain data. */
export interface Call {
  readonly method: keyof Thread;
  readonly given: readonly unknown[];
}

/** The way to a thread, or to another process or machine that answers as one. Calls are answered in their order. */
export interface Transport {
  call(call: Call): Promise<unknown>;
  /** Ends the thread. Whatever is still waiting for an answer, and whatever asks later, fails. */
  close(): Promise<void>;
}

/** A message channel, as worker threads of Node and of browsers have. */
export interface Channel {
  post(message: unknown): void;
  onMessage(handle: (message: unknown) => void): void;
}

/** A channel to a worker. */
export interface WorkerChannel extends Channel {
  onFailure(handle: (error: Error) => void): void;
  terminate(): Promise<void>;
}

type Question = Call & { readonly id: number };
type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };

/**
 * The thread at the far end of a transport. Messages have no types; here, in one place, they get those of `Thread`, which the far
 * end implements.
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

/** The near end: calls with numbers, answers by number. A worker that dies or is ended fails everything still open, at once. */
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

/** The far end: answers one call after the other. */
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
