import type { WriteStream } from "node:tty";
import { InputError } from "../common/failure.ts";
import { reasonOf } from "../io/whole-files.ts";
import { isStartedByMpi } from "../parallel/ranks.ts";
import { EXIT, type Host, type Output } from "./host.ts";
import { runProgram } from "./program.ts";

/** What the process has been through. */
interface Events {
  /** Whether the command writes files. */
  hasFiles: boolean;
  /** Whether something could not be printed. */
  hasLost: boolean;
  /** Asks the long work to stop, while there is some. */
  ask?: (() => void) | undefined;
}

/**
 * A stream of the process. What it cannot hold, on a disk that is full, goes to `instead`.
 *
 * A reader that has seen enough, such as `head`, is no failure; a run that writes files goes on
 * without it, and one that cannot print any more keeps its state and ends.
 */
function output(stream: WriteStream, events: Events, instead?: Output): Output {
  let isBroken = false;
  const end = (code: 0 | 1) => {
    if (events.hasFiles) return;
    if (code === 1 && events.ask !== undefined) events.ask();
    else process.exit(code);
  };
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (isBroken) return;
    isBroken = true;
    if (error.code === "EPIPE" || error.code === "EIO") return end(0);
    events.hasLost = true;
    if (instead === undefined) return end(1);
    instead.write(`stillwave: standard output could not be written (${reasonOf(error)}); it goes on here\n`);
  });
  return {
    write: (text) => {
      stream.write(text, (error: (Error & { code?: string }) | null | undefined) => {
        if (error && error.code !== "EPIPE" && error.code !== "EIO") instead?.write(text);
      });
    },
    isTerminal: stream.isTTY === true && process.env.TERM !== "dumb",
    get columns() {
      return stream.columns || 80; // 0 in terminals that do not tell their size
    },
  };
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** What asks a process to end: Ctrl-C, a batch system, a terminal that closes. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Asks at the first signal; at the second one ends the process as usual, once `leave` is done. */
function onInterrupt(ask: () => void, leave: () => void): () => void {
  let isAsked = false;
  const listener = (signal: NodeJS.Signals) => {
    if (!isAsked) {
      isAsked = true;
      return ask();
    }
    release();
    try {
      leave();
    } finally {
      process.kill(process.pid, signal);
    }
  };
  const release = () => {
    for (const signal of SIGNALS) process.off(signal, listener);
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return release;
}

/** Says where the process works. @throws InputError if that is gone. */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new InputError(`working folder: must exist, ${reasonOf(error)}`);
  }
}

/** Runs the command line of this process and sets its exit code. */
export async function runProcess(): Promise<void> {
  const events: Events = { hasFiles: false, hasLost: false };
  const stderr = output(process.stderr, events);
  const host: Host = {
    stdout: output(process.stdout, events, stderr),
    stderr,
    get cwd() {
      return workingFolder();
    },
    readStdin,
    onInterrupt(ask, leave) {
      events.ask = ask;
      const release = onInterrupt(ask, leave);
      return () => {
        events.ask = undefined;
        release();
      };
    },
    onFiles: () => {
      events.hasFiles = true;
    },
    async begin() {
      if (!isStartedByMpi(process.env)) return;
      const { joinRanks } = await import("../parallel/mpi.ts");
      await joinRanks();
    },
    engine: (_, load) => load(),
  };
  const code = await runProgram(process.argv.slice(2), host);
  process.exitCode = code;
  // What was printed last is known to be lost only when the streams have been emptied.
  process.once("exit", () => {
    if (events.hasLost && process.exitCode === EXIT.ok) process.exitCode = EXIT.error;
  });
}
