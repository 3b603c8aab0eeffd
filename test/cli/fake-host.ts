import type { Host, RunScf } from "../../src/cli/host.ts";
import type { RunOptions } from "../../src/job/prepare/prepare-scf.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import type { ResultFile } from "../../src/job/tasks/scf/result.ts";

/** A host that records what a command writes. */
export interface FakeHost extends Host {
  readonly written: { stdout: string; stderr: string };
  /** Presses Ctrl-C. */
  interrupt(): void;
  /** What the last run was given. */
  readonly seen: { job?: unknown; options?: RunOptions };
}

export interface FakeOptions {
  readonly cwd?: string;
  readonly stdin?: string;
  readonly isTerminal?: boolean;
  readonly run?: (options: RunOptions, host: FakeHost) => Promise<Partial<ResultFile>>;
}

/** A host whose calculations are those of `run`: nothing is solved. */
export function fakeHost({ cwd = ".", stdin = "", isTerminal = false, run }: FakeOptions = {}): FakeHost {
  const written = { stdout: "", stderr: "" };
  let presses: (() => void)[] = [];
  const output = (name: "stdout" | "stderr") => ({
    write: (text: string) => {
      written[name] += text;
    },
    isTerminal,
    columns: 80,
  });
  const runScf: RunScf = async (job, options = {}) => {
    Object.assign(host.seen, { job, options });
    return { ...convergedResult(job), ...(await run?.(options, host)) };
  };
  const host: FakeHost = {
    written,
    seen: {},
    stdout: output("stdout"),
    stderr: output("stderr"),
    cwd,
    readStdin: () => Promise.resolve(stdin),
    onInterrupt(ask, leave) {
      presses = [ask, leave];
      return () => {
        presses = [];
      };
    },
    interrupt: () => presses.shift()?.(),
    engine: {
      runScf: () => Promise.resolve(runScf),
      runBands: async () => (await import("../../src/job/tasks/bands/run-bands.ts")).runBands, // small jobs are solved in earnest
      runDos: async () => (await import("../../src/job/tasks/dos/run-dos.ts")).runDos,
      runDielectric: async () =>
        (await import("../../src/job/tasks/dielectric/run-dielectric.ts")).runDielectric,
      estimateJob: async () => (await import("../../src/job/tasks/estimate/estimate-job.ts")).estimateJob,
      describeBackends: () =>
        Promise.resolve([
          { name: "wasm", available: true, features: { simd: true, fma: false } },
          { name: "native", available: false, reason: "no libfftw3\non this machine" },
        ]),
    },
  };
  return host;
}

export const historyRow = (step: number) => ({
  step,
  energy: -7.9 - 10 ** -step,
  densityResidual: 10 ** -step,
  damping: 0.8,
  seconds: 0.25,
  hamiltonianApplications: 40 * step,
});

const convergedResult = (job: unknown): ResultFile => ({
  stillwave: "0.0.0",
  job: parseJob(job),
  converged: true,
  status: "converged",
  iterations: 3,
  energies: { total: -7.9, kinetic: 3, entropy: -0.001 },
  fermiLevel: 0.25,
  electrons: 8,
  pseudopotentials: { Si: { name: "gth-lda-q4", electrons: 4 } },
  kpoints: [{ k: [0, 0, 0], weight: 1, eigenvalues: [0.1, 0.2], occupations: [2, 2] }],
  history: [1, 2, 3].map(historyRow),
  forces: [
    [-1e-12, 0.5, 0],
    [0, -0.5, 0],
  ],
  fftSize: [24, 24, 24],
  planeWaves: [300],
  resources: { wallSeconds: 1, threads: 1, backend: "wasm" },
  warnings: ["mind the gap"],
});

/** The host with a terminal for stderr, on which Ctrl-C is pressed when `sign` appears. */
export function interruptedAt(host: FakeHost, sign: string): FakeHost {
  const { stderr } = host;
  return {
    ...host,
    stderr: {
      columns: 80,
      isTerminal: true,
      write: (text) => {
        stderr.write(text);
        if (text.includes(sign)) host.interrupt();
      },
    },
  };
}
