import type { runBands } from "../job/tasks/bands/run-bands.ts";
import type { runDielectric } from "../job/tasks/dielectric/run-dielectric.ts";
import type { runDos } from "../job/tasks/dos/run-dos.ts";
import type { estimateJob } from "../job/tasks/estimate/estimate-job.ts";
import type { runScf } from "../job/tasks/scf/run-scf.ts";
import type { BackendDescription } from "../kernels/backends.ts";

/** Where a command writes. */
export interface Output {
  write(text: string): void;
  /** Whether a person looks at it: decides colours, live lines and pictures. */
  readonly isTerminal: boolean;
  readonly columns: number;
}

/** What runs a ground state. */
export type RunScf = typeof runScf;

/** What computes a band structure. */
export type RunBands = typeof runBands;

/** What computes a density of states. */
export type RunDos = typeof runDos;

/** What analyses the dielectric operator. */
export type RunDielectric = typeof runDielectric;

/** Everything outside a command: the process when it runs, a recording in tests. */
export interface Host {
  /** Results. */
  readonly stdout: Output;
  /** Warnings, progress and errors. */
  readonly stderr: Output;
  readonly cwd: string;
  readStdin(): Promise<string>;
  /**
   * Until the returned function is called: calls `ask` on Ctrl-C, and `leave` when it is pressed again, after which the process
   * ends.
   */
  onInterrupt(ask: () => void, leave: () => void): () => void;
  /** Loaded only by the commands that need them. */
  readonly engine: {
    runScf(): Promise<RunScf>;
    runBands(): Promise<RunBands>;
    runDos(): Promise<RunDos>;
    runDielectric(): Promise<RunDielectric>;
    estimateJob(): Promise<typeof estimateJob>;
    describeBackends(): Promise<readonly BackendDescription[]>;
  };
}

/** What the process returns. 0 is success. */
export const EXIT = { ok: 0, error: 1, input: 2, notConverged: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
