import type { ExactProblem } from "../errors/problem/exact-problem.ts";
import type { BackendName } from "../kernels/kernels.ts";
import type { EnclosedPoint, EnclosureTask } from "./enclosure-host.ts";
import type { WorkerSource } from "./spawn.ts";
import type { Thread } from "./thread.ts";
import { openThreads } from "./threads.ts";

const NOT_BEGUN = { kind: "not-certified", reason: "interrupted before its turn" } as const;

/** Threads and callbacks of `enclosePoints`. */
export interface EnclosurePlace {
  readonly backend: BackendName;
  readonly threads: number;
  readonly worker?: WorkerSource | undefined;
  /** Aborts between points; points not begun stay without a proof. */
  readonly signal?: AbortSignal | undefined;
  /** Hears what was found at each k-point, by its index, in the order in which they are done. */
  readonly onPoint?: ((index: number, point: EnclosedPoint) => void) | undefined;
  /** May throw to end the work. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Encloses the levels of all k-points, each independently: a free thread takes the next point, and
 * no digit depends on the number of threads.
 *
 * @throws InputError if the problem or a task is invalid, or the error of `onProgress`; all work is
 *   then stopped.
 */
export async function enclosePoints(
  problem: ExactProblem,
  tasks: readonly EnclosureTask[],
  { backend, threads, worker, signal, onPoint, onProgress }: EnclosurePlace,
): Promise<EnclosedPoint[]> {
  const results = tasks.map((): EnclosedPoint => ({ found: NOT_BEGUN, proposals: [] }));
  const team = await openThreads(threads, tasks.length, { worker });
  let next = 0;
  let done = 0;
  const work = async (thread: Thread): Promise<void> => {
    await thread.openEnclosures(problem, backend);
    while (next < tasks.length && signal?.aborted !== true) {
      const index = next++;
      const point = await thread.enclose(tasks[index]!);
      results[index] = point;
      onPoint?.(index, point);
      onProgress?.(++done, tasks.length);
      await new Promise((resolve) => setTimeout(resolve, 0)); // lets signals and other work run
    }
  };
  try {
    await Promise.all(team.threads.map(work));
    return results;
  } finally {
    await team.close();
  }
}
