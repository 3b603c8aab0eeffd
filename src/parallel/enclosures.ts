import type { ExactProblem } from "../errors/problem/exact-problem.ts";
import type { BackendName } from "../kernels/kernels.ts";
import { type Client, connect } from "./client.ts";
import { createEnclosureHost, type EnclosedPoint, type EnclosureTask } from "./enclosure-host.ts";
import { spawnBlockWorker } from "./spawn.ts";

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
  const count = Math.min(threads, tasks.length);
  const clients: Client[] = [];
  const results = tasks.map((): EnclosedPoint => ({ found: NOT_BEGUN, proposals: [] }));
  let next = 0;
  let done = 0;
  const work = async (enclose: (task: EnclosureTask) => Promise<EnclosedPoint>): Promise<void> => {
    while (next < tasks.length && signal?.aborted !== true) {
      const index = next++;
      results[index] = await enclose(tasks[index]!);
      onProgress?.(++done, tasks.length);
      await new Promise((resolve) => setTimeout(resolve, 0)); // signals and other work get their turn
    }
  };
  try {
    if (count <= 1) {
      await work(createEnclosureHost(problem, backend).enclose);
      return results;
    }
    for (let thread = 0; thread < count; thread++) clients.push(connect(await spawnBlockWorker()));
    await Promise.all(
      clients.map(async (client) => {
        await client.call({ call: "startEnclosures", problem, backend });
        await work((task) => client.call({ call: "enclose", task }));
      }),
    );
    return results;
  } finally {
    await Promise.all(clients.map((client) => client.terminate()));
  }
}
