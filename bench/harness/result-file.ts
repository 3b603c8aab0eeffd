import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { requireInput } from "../../src/common/failure.ts";
import type { Measurement } from "./case.ts";
import type { Machine } from "./machine.ts";

export interface ResultFile {
  readonly format: "stillwave-bench-1";
  readonly date: string;
  readonly commit: string;
  readonly clean: boolean;
  readonly machine: Machine;
  /** What was compared, and what was not and why. */
  readonly features: Readonly<Record<string, unknown>>;
  readonly absent: Readonly<Record<string, string>>;
  readonly results: readonly Measurement[];
  /** Highest resident memory of the process and of each back end's arrays [MiB]. */
  readonly peakMemoryMiB: Readonly<Record<string, number>>;
}

/** Writes `<directory>/<date>-<commit>.json`; a second run of a day gets `-2`, nothing is overwritten. */
export function saveResult(directory: string, result: ResultFile): string {
  mkdirSync(directory, { recursive: true });
  const stem = `${result.date.slice(0, 10)}-${result.commit}`;
  let path = join(directory, `${stem}.json`);
  for (let i = 2; existsSync(path); i++) path = join(directory, `${stem}-${i}.json`);
  writeFileSync(path, `${JSON.stringify(result, null, 1)}\n`);
  return path;
}

export function readResult(path: string): ResultFile {
  requireInput(
    existsSync(path),
    () => `${path}: must be a result file, got nothing there; run bench/run.ts first`,
  );
  const parsed = JSON.parse(readFileSync(path, "utf8")) as ResultFile; // checked by its format field
  requireInput(
    parsed.format === "stillwave-bench-1",
    () =>
      `${path}: format must be stillwave-bench-1, got ${parsed.format}; give a file written by bench/run.ts`,
  );
  return parsed;
}
