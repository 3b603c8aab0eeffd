import type { BackendName } from "../../kernels/kernels.ts";
import type { Job } from "../schema/job.ts";
import { type PlatformServices, platformServices } from "./platform.ts";

/** Wall time, processor time and memory that a result took. */
export interface ResourceUse {
  readonly wallSeconds: number;
  readonly cpuSeconds?: number;
  readonly peakMemoryBytes?: number;
  readonly threads: number;
  readonly backend: string;
}

/** Where a task computes. */
export interface SessionOptions {
  /** k-points are spread over this many threads; the digits do not depend on it. Default 1. */
  readonly threads?: number;
  /** Default `wasm`. */
  readonly backend?: BackendName;
  /** Reads the files a job names. Default: paths relative to the current folder, where there is one. */
  readonly readText?: (path: string) => Promise<string>;
}

/** A job, parsed once, and the machine that a task computes it on. */
export interface Session extends Required<SessionOptions> {
  readonly job: Job;
  readonly platform: PlatformServices;
  /**
   * Tells what was used since the session was opened.
   *
   * @param orbitalMemory largest memory of the orbitals [B], for platforms that do not tell their own.
   */
  resources(orbitalMemory?: number): ResourceUse;
}

/** Opens a session for a job; the clocks of its resources start here. */
export async function openSession(
  job: Job,
  { threads = 1, backend = "wasm", readText }: SessionOptions = {},
): Promise<Session> {
  const began = performance.now();
  const platform = await platformServices();
  const cpuBefore = platform.cpuSeconds();
  return {
    job,
    threads,
    backend,
    readText: readText ?? platform.readText,
    platform,
    resources(orbitalMemory) {
      const cpu = platform.cpuSeconds();
      const peak = platform.peakMemory() ?? orbitalMemory;
      return {
        wallSeconds: (performance.now() - began) / 1000,
        ...(cpu === undefined || cpuBefore === undefined ? {} : { cpuSeconds: cpu - cpuBefore }),
        ...(peak === undefined ? {} : { peakMemoryBytes: peak }),
        threads,
        backend,
      };
    },
  };
}
