import type { ExactProblem } from "../errors/problem/exact-problem.ts";
import type { BackendName } from "../kernels/kernels.ts";
import type { EnclosedPoint, EnclosureTask } from "./enclosure-host.ts";
import type { Thread } from "./thread.ts";
import { openThreads } from "./threads.ts";

const NOT_BEGUN = { kind: "not-certified", reason: "interrupted before its turn" } as const;

/** Where and how many, and whom to tell. */
export interface EnclosurePlace {
  readonly backend: BackendName;
  readonly threads: number;
  /** Points not begun when it is aborted are left without a proof. */
  readonly signal?: AbortSignal | undefined;
  /** May throw to stop everything. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Encloses the levels of all k-points, each by itself: a free thread takes the next one, and no digit depends on how many there are.
 *
 * @throws InputError if the problem or a task cannot be meant, and what `onProgress` throws; nothing runs on then.
 */
export async function enclosePoints(
  problem: ExactProblem,
  tasks: readonly EnclosureTask[],
  { backend, threads, signal, onProgress }: EnclosurePlace,
): Promise<EnclosedPoint[]> {
  const results = tasks.map((): EnclosedPoint => ({ found: NOT_BEGUN, proposals: [] }));
  const team = await openThreads(Math.min(threads, tasks.length));
  let next = 0;
  let done = 0;
  const work = async (thread: Thread): Promise<void> => {
    await thread.openEnclosures(problem, backend);
    while (next < tasks.length && signal?.aborted !== true) {
      const index = next++;
      results[index] = await thread.enclose(tasks[index]!);
      onProgress?.(++done, tasks.length);
      await new Promise((resolve) => setTimeout(resolve, 0)); // signals and other work get their turn
    }
  };
  try {
    await Promise.all(team.threads.map(work));
    return results;
  } finally {
    await team.close();
  }
}
