import { invariant } from "../../common/failure.ts";
import type { BackendName } from "../kernels.ts";

/** Arguments of one call of an export: addresses, counts, flags as 0 and 1. */
export type Part = readonly number[];

/** Work memory of a call: the place of its address among the arguments, and its bytes. */
export interface PartWork {
  readonly at: number;
  readonly bytes: number;
}

/** Calls exports of one instance in parts, which different threads may take. */
export interface Runner {
  /** Number of threads. */
  readonly size: number;
  /**
   * Calls an export once for each part, in any order and at the same time: the parts must not write
   * what others read or write. Work memory is that of the first thread, others use what follows.
   */
  run(name: string, parts: readonly Part[], work?: PartWork): void;
}

/**
 * What another thread needs to take parts of the calls of an instance; can be sent to it. Types of
 * WebAssembly are left out of what users' compilers read: they may not have them.
 */
export interface SharedInstance {
  /** A WebAssembly.Memory. */
  readonly memory: object;
  /** A WebAssembly.Module, or names of an OpenBLAS whose routines work in that memory. */
  readonly code: object | readonly string[];
}

/** Exports of an instance by name. */
export type ExportsByName = Readonly<Record<string, unknown>>;

/** A place in a team; can be sent to another thread. */
export interface TeamPlace {
  readonly mailbox: SharedArrayBuffer;
  readonly instances: readonly SharedInstance[];
  /** Number of the thread in its team, from 1. */
  readonly member: number;
}

/** Threads that share out the calls of the kernels of one of them, the first. */
export interface Team {
  /** Makes the runner of an instance, which others join by `place`. */
  runner(instance: SharedInstance, exports: ExportsByName): Runner;
  /** Returns the place of a member, for the instances so far. */
  place(member: number): TeamPlace;
}

/** Makes the runner of an instance that no other thread joins. */
export const runnerAlone = (exports: ExportsByName): Runner => ({
  size: 1,
  run(name, parts) {
    const call = exports[name] as (...given: number[]) => unknown;
    for (const part of parts) call(...part);
  },
});

/** Whether threads can share the work of a back end. */
export const canShare = (backend: BackendName): boolean =>
  backend !== "reference" && typeof SharedArrayBuffer !== "undefined";

type Calls = readonly ((...given: number[]) => unknown)[];

// Mailbox: whole numbers at first, then the arguments of all parts.
const [TASK, LEFT, DONE, LENGTH, CALL, INSTANCE, WORK_AT, FAILED, DISMISSED] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const HEADER_BYTES = 64;
const MOST_PARTS = 64;
const MOST_ARGUMENTS = 24;
/** Longest wait for a part, which takes seconds at most [ms]: a thread may have died of it. */
const PATIENCE = 600_000;
/** Looks at a number before a thread sleeps until it changes: some tens of microseconds. */
const LOOKS = 5000;

interface Mailbox {
  readonly words: Int32Array;
  /** Bytes of work memory of a thread, then arguments. */
  readonly numbers: Float64Array;
}

const mailboxOn = (buffer: SharedArrayBuffer): Mailbox => ({
  words: new Int32Array(buffer, 0, HEADER_BYTES / 4),
  numbers: new Float64Array(buffer, HEADER_BYTES),
});

/** The exports of all instances of a module are in the same order. */
const callsOf = (exports: ExportsByName): Calls => Object.values(exports) as unknown as Calls;

/** Makes a team of `size` threads: this one, and others that are yet to take their places. */
export function createTeam(size: number): Team {
  const buffer = new SharedArrayBuffer(HEADER_BYTES + 8 * (1 + MOST_PARTS * MOST_ARGUMENTS));
  const mailbox = mailboxOn(buffer);
  const { words, numbers } = mailbox;
  const instances: SharedInstance[] = [];
  const calls: Calls[] = [];
  return {
    place: (member) => ({ mailbox: buffer, instances, member }),
    runner(instance, exports) {
      const names = new Map(Object.keys(exports).map((name, index) => [name, index]));
      const index = instances.push(instance) - 1;
      calls.push(callsOf(exports));
      return {
        size,
        run(name, parts, work = { at: -1, bytes: 0 }) {
          const call = names.get(name)!;
          const length = parts[0]?.length ?? 0;
          if (parts.length === 1) {
            calls[index]![call]!(...parts[0]!);
            return;
          }
          invariant(
            parts.length <= MOST_PARTS && length <= MOST_ARGUMENTS,
            () => `team: ${parts.length} parts of ${length} arguments of ${name} do not fit`,
          );
          // Others may ask meanwhile: no part is left until LEFT is written, the last of all.
          words[LENGTH] = length;
          words[CALL] = call;
          words[INSTANCE] = index;
          words[WORK_AT] = work.at;
          numbers[0] = work.bytes;
          for (const [i, part] of parts.entries()) numbers.set(part, 1 + i * length);
          Atomics.store(words, FAILED, 0);
          Atomics.store(words, DONE, 0);
          Atomics.store(words, LEFT, parts.length);
          Atomics.add(words, TASK, 1);
          Atomics.notify(words, TASK);
          takeParts(mailbox, calls, 0);
          for (let done = Atomics.load(words, DONE); done < parts.length; ) {
            const now = changed(words, DONE, done, PATIENCE);
            if (now === done)
              throw new Error(`${name}: a thread that shares the work has not answered for ten minutes`);
            done = now;
          }
          invariant(Atomics.load(words, FAILED) === 0, () => `${name} failed in another thread`);
        },
      };
    },
  };
}

/**
 * Takes parts of all tasks of a team in this thread, which does nothing else until `dismiss`.
 *
 * @param exports those of each instance in this thread.
 */
export function serveTeam({ mailbox: buffer, member }: TeamPlace, exports: readonly ExportsByName[]): void {
  const mailbox = mailboxOn(buffer);
  const { words } = mailbox;
  const calls = exports.map(callsOf);
  for (let task = 0; Atomics.load(words, DISMISSED) === 0; task = changed(words, TASK, task))
    takeParts(mailbox, calls, member);
}

/** Ends `serveTeam` in all threads of a team. */
export function dismiss({ mailbox }: Pick<TeamPlace, "mailbox">): void {
  const { words } = mailboxOn(mailbox);
  Atomics.store(words, DISMISSED, 1);
  Atomics.add(words, TASK, 1);
  Atomics.notify(words, TASK);
}

/** Calls parts of the present task until none is left. */
function takeParts({ words, numbers }: Mailbox, calls: readonly Calls[], member: number): void {
  for (;;) {
    const part = Atomics.sub(words, LEFT, 1) - 1;
    if (part < 0) return;
    // From here until it is done the task cannot change.
    const length = words[LENGTH]!;
    const given = Array.from(numbers.subarray(1 + part * length, 1 + (part + 1) * length));
    if (words[WORK_AT]! >= 0) given[words[WORK_AT]!]! += member * numbers[0]!;
    try {
      calls[words[INSTANCE]!]![words[CALL]!]!(...given);
    } catch {
      Atomics.store(words, FAILED, 1);
    }
    Atomics.add(words, DONE, 1);
    Atomics.notify(words, DONE);
  }
}

/** Waits until a number is no longer `old`, for at most `patience` [ms], and returns it. */
function changed(words: Int32Array, at: number, old: number, patience = Number.POSITIVE_INFINITY): number {
  for (let look = 0; look < LOOKS; look++) {
    const now = Atomics.load(words, at);
    if (now !== old) return now;
  }
  const end = performance.now() + patience;
  for (let left = patience; left > 0; left = end - performance.now()) {
    // A thread that was late with the last task may wake this one for nothing.
    if (MAY_SLEEP) Atomics.wait(words, at, old, left);
    const now = Atomics.load(words, at);
    if (now !== old) return now;
  }
  return old;
}

/** The page's own thread may not sleep. */
const MAY_SLEEP = typeof window === "undefined";
