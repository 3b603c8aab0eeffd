import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { SILICON } from "../systems.ts";

const JOB = { ...SILICON, ecut: 4, kgrid: [2, 1, 1], symmetry: false };

/** A process whose callback fails at one place, with two threads at work. */
const program = (place: string) => `
import { runScf } from ${JSON.stringify(new URL("../../src/index.ts", import.meta.url).href)};
const fail = (place) => { if (place === ${JSON.stringify(place)}) throw new Error("the disk is full"); };
await runScf(${JSON.stringify(JOB)}, {
  threads: 2,
  keepOrbitals: true,
  onStep: () => fail("step"),
  onProgress: () => fail("progress"),
  onFields: () => fail("fields"),
  checkpoint: ({ orbitals }) => fail(orbitals === undefined ? "checkpoint" : "last checkpoint"),
}).catch((error) => console.log(error.message));
`;

test.each(["step", "progress", "fields", "checkpoint", "last checkpoint"])(
  "an error of the caller's callback ends the threads, and the process: %s",
  async (place) => {
    const words = ["--import", import.meta.resolve("tsx"), "--input-type=module", "-e", program(place)];
    const child = spawn(process.execPath, words);
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output = `${output}${chunk}`));
    const hangs = setTimeout(() => child.kill("SIGKILL"), 120_000);
    const end = await new Promise((done) => child.on("close", (code, signal) => done(signal ?? code)));
    clearTimeout(hangs);
    expect([output, end]).toEqual(["the disk is full\n", 0]);
  },
);
