import type { ReadonlyRealField } from "../kernels/fields.ts";
import type { BackendName } from "../kernels/kernels.ts";
import { canShare, dismiss, type TeamPlace } from "../kernels/wasm/team.ts";
import { addedWork, noWork, WORK_KINDS, type Work, type WorkKind } from "../kernels/work.ts";
import { longestSphere } from "../state/orbital-block.ts";
import type { ArgumentOf, BlockOperation, ResultOf } from "./block-operations.ts";
import type { WorkerSource } from "./spawn.ts";
import type { BlockLabel, BlocksSpec, Thread } from "./thread.ts";
import { openThreads } from "./threads.ts";

export type { BlocksSpec } from "./thread.ts";

/** Called after each block with the number of finished blocks and of all. */
export type BlockProgress = (done: number, total: number) => void;

export interface EachOptions<Result> {
  readonly onBlock?: BlockProgress | undefined;
  /** Results by the index of blocks on which the operation is not run, as they are known. */
  readonly known?: ReadonlyMap<number, Result> | undefined;
  /** Receives each result that is not known as soon as it is there, in any order. */
  readonly onResult?: ((result: Result, index: number) => void) | undefined;
  /** Aborts between blocks: the operation then fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Work of all threads: of the kernels, all else in operations on blocks, and time without any. */
export type BlocksWork = Readonly<Record<WorkKind | "other" | "waiting", Work>>;

/**
 * Blocks of a calculation, in this thread or in workers. Each is served by one `Thread`; several
 * workers for one k-point could share a `Thread` without a change here.
 */
export interface Blocks {
  readonly threads: number;
  /** Sets the local potential of all blocks [Ha], shape [nSpin·N]. */
  setPotential(potential: ReadonlyRealField): Promise<void>;
  /**
   * Runs an operation on every block. `use` receives each result as soon as possible, in block
   * order for any number of threads, so that sums have the same digits and no result is kept for
   * long.
   */
  each<K extends BlockOperation>(
    operation: K,
    argument: (index: number) => ArgumentOf<K>,
    use: (result: ResultOf<K>, index: number) => void,
    options?: EachOptions<ResultOf<K>>,
  ): Promise<void>;
  /** Returns the peak memory of all kernels [bytes]. */
  peakMemory(): Promise<number>;
  /** Returns the work of all threads since the blocks were opened. */
  work(): Promise<BlocksWork>;
  /** Ends the workers and drops the orbitals. */
  close(): Promise<void>;
}

/** Plane waves times bands from which a block is shared by threads that have none of their own. */
const WORTH_SHARING = 1e5;

/** Sizes of a calculation that decide how many threads are of use. */
export interface SharedSizes {
  readonly backend: BackendName;
  readonly blocks: number;
  readonly planeWaves: number;
  readonly bands: number;
}

/** Threads on one block beyond which each more costs memory and brings little. */
const MOST_ON_BLOCK = 8;

/** Threads that a calculation can use: one for each block, more for large ones. */
export const threadsInUse = (threads: number, { backend, blocks, planeWaves, bands }: SharedSizes): number =>
  Math.min(
    threads,
    canShare(backend) && planeWaves * bands >= WORTH_SHARING ? MOST_ON_BLOCK * blocks : blocks,
  );

/**
 * Opens blocks with random orbitals in this thread, or in workers if there are several threads and
 * blocks. Blocks are shared out heaviest first, to the thread with the least work. Threads beyond
 * the number of blocks share the work on large ones.
 *
 * @throws InputError if there are more bands than plane waves; all threads are then closed.
 */
export async function openBlocks(spec: BlocksSpec, threads: number, worker?: WorkerSource): Promise<Blocks> {
  const total = spec.blocks.length;
  const most = threadsInUse(threads, {
    backend: spec.backend,
    blocks: total,
    planeWaves: longestSphere(spec.blocks),
    bands: spec.setup.nBands,
  });
  const team = await openThreads(threads, total, { worker, further: most - total });
  const shares = share(spec.blocks, team.threads.length);
  const all = <T>(ask: (thread: Thread, indices: readonly number[], t: number) => Promise<T>): Promise<T[]> =>
    Promise.all(team.threads.map((thread, t) => ask(thread, shares[t]!, t)));
  let places: TeamPlace[] = [];
  const close = async () => {
    for (const place of places) dismiss(place);
    await team.close();
  };
  try {
    const offered = await all((thread, indices, t) => thread.open(spec, indices, team.helpers[t]!.length));
    places = offered.flat();
    await Promise.all(offered.flatMap((of, t) => of.map((place, i) => team.helpers[t]![i]!.help(place))));
  } catch (error) {
    await close();
    throw error;
  }
  const { size } = spec.setup;
  /** Wall time in which operations were asked for [s]. */
  let elapsed = 0;
  const seen = visibleToAll(spec.nSpin * size[0] * size[1] * size[2]);
  return {
    threads: team.threads.length + places.length,
    async setPotential(potential) {
      seen.set(potential as unknown as Float64Array);
      await all((thread) => thread.setPotential(seen));
    },
    async each(operation, argument, use, { onBlock, known, onResult, signal } = {}) {
      const early = new Map<number, () => void>();
      let turn = 0;
      let done = known?.size ?? 0;
      let failed = false;
      const useInTurn = () => {
        for (let next = early.get(turn); next !== undefined; next = early.get(++turn)) {
          early.delete(turn);
          next();
        }
      };
      for (const [index, result] of known ?? []) early.set(index, () => use(result, index));
      useInTurn();
      const serveShare = async (thread: Thread, indices: readonly number[]) => {
        for (const index of indices) {
          if (known?.has(index) === true) continue;
          signal?.throwIfAborted();
          const result = await thread.run(operation, index, argument(index));
          if (failed) return;
          onResult?.(result, index);
          early.set(index, () => use(result, index));
          useInTurn();
          onBlock?.(++done, total);
        }
      };
      const start = performance.now();
      try {
        await all(serveShare);
      } catch (error) {
        failed = true; // other threads stop after their current block
        throw error;
      } finally {
        elapsed += (performance.now() - start) / 1000;
      }
    },
    peakMemory: async () => (await all((thread) => thread.peakMemory())).reduce((sum, peak) => sum + peak, 0),
    async work() {
      const each = await all((thread) => thread.work());
      const kernels = each.reduce((sum, thread) => addedWork(sum, thread.kernels), noWork());
      const inKernels = WORK_KINDS.reduce((sum, kind) => sum + kernels[kind].seconds, 0);
      const busy = each.reduce((sum, thread) => sum + thread.busy, 0);
      const seconds = (of: number) => ({ seconds: Math.max(0, of), operations: 0 });
      return {
        ...kernels,
        other: seconds(busy - inKernels),
        waiting: seconds(each.length * elapsed - busy),
      };
    },
    close,
  };
}

/** Returns the block indices of each thread, ascending. */
function share(blocks: readonly BlockLabel[], count: number): number[][] {
  const load = new Array<number>(count).fill(0);
  const shares = load.map((): number[] => []);
  const size = (index: number) => blocks[index]!.planeWaves;
  for (const index of Array.from(blocks.keys()).sort((a, b) => size(b) - size(a) || a - b)) {
    const lightest = load.indexOf(Math.min(...load));
    shares[lightest]!.push(index);
    load[lightest]! += size(index);
  }
  return shares.map((indices) => indices.sort((a, b) => a - b));
}

/** Allocates an array shared by all threads, or a private one to be copied with each message. */
const visibleToAll = (length: number): Float64Array =>
  typeof SharedArrayBuffer === "undefined"
    ? new Float64Array(length)
    : new Float64Array(new SharedArrayBuffer(8 * length));
