#!/usr/bin/env node
import type { WriteStream } from "node:tty";
import type { Host, Output } from "./host.ts";
import { runProgram } from "./program.ts";

const output = (stream: WriteStream): Output => ({
  write: (text) => {
    stream.write(text);
  },
  isTerminal: stream.isTTY === true && process.env.TERM !== "dumb",
  get columns() {
    return stream.columns || 80; // 0 in terminals that do not tell their size
  },
});

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

/** Allows fused multiply-add, which Node 20 hides behind a flag of the process. */
async function allowFma(): Promise<void> {
  if (Number(process.versions.node.split(".")[0]) < 22)
    (await import("../kernels/wasm/enable-fma.ts")).enableRelaxedSimd();
}

const host: Host = {
  stdout: output(process.stdout),
  stderr: output(process.stderr),
  cwd: process.cwd(),
  readStdin,
  onInterrupt,
  onFiles: () => {
    hasFiles = true;
  },
  engine: async (_, load) => {
    await allowFma();
    return load();
  },
};

/** Whether the command writes files. */
let hasFiles = false;

// A reader that has seen enough, such as `head`, is no failure; a run that writes files goes on
// without it.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    if (!hasFiles) process.exit(0);
  });

process.exitCode = await runProgram(process.argv.slice(2), host);
