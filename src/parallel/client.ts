import { InputError } from "../common/failure.ts";
import type { WorkerReply, WorkerRequest } from "./messages.ts";
import type { WorkerThread } from "./spawn.ts";

/** The near end of a worker thread. */
export interface Client {
  call<T>(request: WorkerRequest): Promise<T>;
  terminate(): Promise<void>;
}

/** Requests with numbers, answers by number. A thread that dies or is ended fails everything still open, at once. */
export function connect(thread: WorkerThread): Client {
  const open = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let next = 0;
  let dead: Error | undefined;
  thread.onMessage((message) => {
    const reply = message as WorkerReply;
    const waiting = open.get(reply.id);
    open.delete(reply.id);
    if ("error" in reply)
      waiting?.reject(
        reply.error.name === "InputError"
          ? new InputError(reply.error.message)
          : new Error(reply.error.message),
      );
    else waiting?.resolve(reply.value as never);
  });
  const end = (error: Error) => {
    dead ??= error;
    for (const { reject } of open.values()) reject(dead);
    open.clear();
  };
  thread.onFailure(end);
  return {
    call: (request) =>
      new Promise((resolve, reject) => {
        if (dead) return reject(dead);
        open.set(next, { resolve, reject });
        thread.post({ id: next++, request });
      }),
    terminate: () => {
      end(new Error("worker thread ended: what it held was closed"));
      return thread.terminate();
    },
  };
}
