import { spawnSync } from "node:child_process";
import { test } from "vitest";
import { needs } from "./needs.ts";

/** Debian's Python: python3-ase is installed for it and for no other. */
export const PYTHON = "/usr/bin/python3";

/** Whether the Atomic Simulation Environment is there; .ci/run installs it as python3-ase. */
export const hasAse = spawnSync(PYTHON, ["-c", "import ase"]).status === 0;

/** A test for which ASE must be there. */
export const testWithAse = (title: string, run: () => void | Promise<void>, timeout?: number): void =>
  test.skipIf(!hasAse)(needs("python3-ase", hasAse, title), run, timeout);

/** Runs a Python program; what it prints is JSON. */
export function python<Result>(program: string, ...args: string[]): Result {
  const { status, stdout, stderr } = spawnSync(PYTHON, ["-c", program, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`python3 failed:\n${stderr}`);
  return JSON.parse(stdout) as Result;
}
