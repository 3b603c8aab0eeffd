import type { OptionName } from "../../common/failure.ts";
import { type Given, number, type Options, valuesOf, word } from "../../common/options.ts";
import { fastestBackend } from "../../kernels/backends.ts";
import type { BackendName } from "../../kernels/kernels.ts";
import type { MoyoSource } from "../../model/moyo.ts";
import type { WorkerSource } from "../../parallel/spawn.ts";
import type { Job } from "../schema/job.ts";
import { type PlatformServices, platformServices } from "./platform.ts";

/** Wall time, processor time and memory that a result took. */
export interface ResourceUse {
  readonly wallSeconds: number;
  readonly cpuSeconds?: number;
  readonly peakMemoryBytes?: number;
  readonly threads: number;
  readonly backend: BackendName;
}

/** What a computation may be told about the machine. */
export const COMPUTING_OPTIONS = {
  /**
   * k-points are spread over this many threads, and large ones shared by those that are left; the
   * digits do not depend on it. Default 1.
   */
  threads: number({
    rule: "must be a whole number from 1 to 1024; as many as the machine has cores is usual",
    isWhole: true,
    atLeast: 1,
    atMost: 1024,
    help: "threads to use (default all of the machine's)",
    value: "N",
  }),
  /** Default `wasm`, and `native` for large blocks of orbitals where OpenBLAS is installed. */
  backend: word<BackendName>(["wasm", "native", "reference"], { help: "kernels to use", value: "NAME" }),
} as const satisfies Options;

/** Where a task computes. */
export interface SessionOptions extends Given<typeof COMPUTING_OPTIONS> {
  /** Reads the files a job names. Default: paths relative to the current folder, if any. */
  readonly readText?: (path: string) => Promise<string>;
  /**
   * A pool of workers, or the address of the module of a worker, `stillwave/worker`. Default where
   * bundlers put it.
   */
  readonly worker?: WorkerSource | undefined;
  /**
   * Bytes or address of the symmetry analysis, `@spglib/moyo-wasm/moyo_wasm_bg.wasm`. Default where
   * bundlers put it. The first one that a page or program loads serves all of its runs.
   */
  readonly symmetryModule?: MoyoSource | undefined;
  /** Hears, before it begins, of work that takes minutes: one line with the estimate. */
  readonly onEstimate?: ((line: string) => void) | undefined;
  /** How warnings and remedies name an option. Default its name, as in `restart`. */
  readonly named?: OptionName | undefined;
}

/** A job, parsed once, and the machine that a task computes it on. */
export interface Session {
  readonly job: Job;
  readonly threads: number;
  readonly worker: WorkerSource | undefined;
  /** The one asked for. */
  readonly backend: BackendName | undefined;
  /** Returns the one asked for, else the fastest for panels of this size. */
  backendFor(planeWaves: number, bands: number): Promise<BackendName>;
  readonly readText: (path: string) => Promise<string>;
  /** An option as whoever asked for the task wrote it. */
  readonly named: OptionName;
  readonly platform: PlatformServices;
  /** Says what long work will take. */
  readonly foretell: (line: string) => void;
  /**
   * Tells what was used since the session was opened.
   *
   * @param orbitalMemory largest memory of the orbitals [B], for platforms that do not tell their
   *   own.
   */
  resources(orbitalMemory?: number): ResourceUse;
}

/** Opens a session for a job; the clocks of its resources start here. */
export async function openSession(job: Job, options: SessionOptions = {}): Promise<Session> {
  const { threads = 1, backend } = valuesOf("options", COMPUTING_OPTIONS, options);
  let used = backend ?? "wasm";
  const began = performance.now();
  const platform = await platformServices(options.symmetryModule);
  const cpuBefore = platform.cpuSeconds();
  return {
    job,
    threads,
    worker: options.worker,
    backend,
    async backendFor(planeWaves, bands) {
      used = backend ?? (await fastestBackend(planeWaves, bands));
      return used;
    },
    readText: options.readText ?? platform.readText,
    named: options.named ?? ((option) => option),
    platform,
    foretell: options.onEstimate ?? (() => {}),
    resources(orbitalMemory) {
      const cpu = platform.cpuSeconds();
      const peak = platform.peakMemory() ?? orbitalMemory;
      return {
        wallSeconds: (performance.now() - began) / 1000,
        ...(cpu === undefined || cpuBefore === undefined ? {} : { cpuSeconds: cpu - cpuBefore }),
        ...(peak === undefined ? {} : { peakMemoryBytes: peak }),
        threads,
        backend: used,
      };
    },
  };
}
