import type { Host } from "../../src/cli/host.ts";
import type { RunOptions } from "../../src/job/prepare/prepare-scf.ts";
import type { Job } from "../../src/job/schema/job.ts";
import type { ResultFile } from "../../src/job/tasks/scf/result.ts";

/** A host that records what a command writes. */
export interface FakeHost extends Host {
  readonly written: { stdout: string; stderr: string };
  /** Presses Ctrl-C. */
  interrupt(): void;
  /** What the last run was given. */
  readonly seen: { job?: unknown; options?: RunOptions };
  /** Whether the command has said that it writes files. */
  readonly told: { files?: true };
}

export interface FakeOptions {
  readonly cwd?: string;
  readonly stdin?: string;
  readonly isTerminal?: boolean;
  readonly run?: (options: RunOptions, host: FakeHost) => Promise<Partial<ResultFile>>;
  /** Ground states are found in earnest, as everything else is. Default false. */
  readonly isReal?: boolean;
}

type Task = typeof import("../../src/job/tasks/scf/scf-task.ts").scfTask;

const BACKENDS = [
  { name: "wasm", available: true, features: { simd: true, fma: false } },
  { name: "native", available: false, reason: "no libopenblas\non this machine" },
];

/** A host whose calculations are those of `run`: nothing is solved. */
export function fakeHost({
  cwd = ".",
  stdin = "",
  isTerminal = false,
  isReal = false,
  run,
}: FakeOptions = {}): FakeHost {
  const written = { stdout: "", stderr: "" };
  let presses: (() => void)[] = [];
  const output = (name: "stdout" | "stderr") => ({
    write: (text: string) => {
      written[name] += text;
    },
    isTerminal,
    columns: 80,
  });
  const scfTask: Task = async ({ job }, options) => {
    Object.assign(host.seen, { job, options });
    return { ...convergedResult(job), ...(await run?.(options, host)) };
  };
  const host: FakeHost = {
    written,
    seen: {},
    told: {},
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
    onFiles() {
      host.told.files = true;
    },
    engine: async (name, load) => {
      const fake = name === "backends" ? () => BACKENDS : name === "scf" && !isReal ? scfTask : undefined;
      return (fake as Awaited<ReturnType<typeof load>> | undefined) ?? load();
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

const convergedResult = (job: Job): ResultFile => ({
  stillwave: "0.0.0",
  job,
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
