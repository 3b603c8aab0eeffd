/** Where a command writes. */
export interface Output {
  write(text: string): void;
  /** Whether a person looks at it: decides colours, live lines and pictures. */
  readonly isTerminal: boolean;
  readonly columns: number;
}

/** Everything outside a command: the process when it runs, a recording in tests. */
export interface Host {
  /** Results. */
  readonly stdout: Output;
  /** Warnings, progress and errors. */
  readonly stderr: Output;
  readonly cwd: string;
  readStdin(): Promise<string>;
  /**
   * Calls `ask` on the first Ctrl-C and `leave` on the second, until the returned function is
   * called.
   */
  onInterrupt(ask: () => void, leave: () => void): () => void;
  /** Hears that the command writes files: it goes on when nobody reads its output any more. */
  onFiles(): void;
  /**
   * Makes the process ready before any command; returns in the process alone that is to run it.
   *
   * @throws InputError if the process cannot work as it was started.
   */
  begin?(): Promise<void>;
  /**
   * Loads what needs kernels, once the process is ready for them.
   *
   * @param name of the task, such as `scf`.
   */
  engine<Task>(name: string, load: () => Promise<Task>): Promise<Task>;
}

/** What the process returns. 0 is success. */
export const EXIT = { ok: 0, error: 1, input: 2, notConverged: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
