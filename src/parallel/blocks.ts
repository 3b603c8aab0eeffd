import type { ReadonlyRealField } from "../kernels/fields.ts";
import type { ArgumentOf, BlockOperation, ResultOf } from "./block-operations.ts";
import type { BlockLabel, BlocksSpec, Thread } from "./thread.ts";
import { openThreads } from "./threads.ts";

export type { BlocksSpec } from "./thread.ts";

/** Called when a block is finished: how many of how many. */
export type BlockProgress = (done: number, total: number) => void;

export interface EachOptions {
  readonly onBlock?: BlockProgress | undefined;
  /** Heard between blocks: the operation then fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The blocks of a calculation, wherever they live. Each is served by one `Thread`; several workers for the blocks of one
 * k-point would stand behind a `Thread` of their own, and nothing here would change.
 */
export interface Blocks {
  readonly threads: number;
  /** The local potential that all blocks see from now on [Ha], shape [nSpin·N]. */
  setPotential(potential: ReadonlyRealField): Promise<void>;
  /**
   * Runs an operation on every block. `use` is given the results in the order of the blocks, whatever the number of threads, each
   * as soon as it is there, so that sums have the same digits and no result is kept for longer than it must be.
   */
  each<K extends BlockOperation>(
    operation: K,
    argument: (index: number) => ArgumentOf<K>,
    use: (result: ResultOf<K>, index: number) => void,
    options?: EachOptions,
  ): Promise<void>;
  /** Most bytes the kernels of all threads held. */
  peakMemory(): Promise<number>;
  /** Ends the workers; the orbitals are gone. */
  close(): Promise<void>;
}

/**
 * Opens blocks with random orbitals in this thread, or in workers where there are several threads and several blocks:
 * heaviest first to the thread with the least work.
 *
 * @throws InputError if there are more bands than plane waves; no thread is left then.
 */
export async function openBlocks(spec: BlocksSpec, threads: number): Promise<Blocks> {
  const total = spec.blocks.length;
  const team = await openThreads(Math.min(threads, total));
  const shares = share(spec.blocks, team.threads.length);
  const all = <T>(ask: (thread: Thread, indices: readonly number[]) => Promise<T>): Promise<T[]> =>
    Promise.all(team.threads.map((thread, t) => ask(thread, shares[t]!)));
  try {
    await all((thread, indices) => thread.open(spec, indices));
  } catch (error) {
    await team.close();
    throw error;
  }
  const values = spec.nSpin * spec.setup.size[0] * spec.setup.size[1] * spec.setup.size[2];
  const seen = visibleToAll(values);
  return {
    threads: team.threads.length,
    async setPotential(potential) {
      seen.set(potential as unknown as Float64Array); // read only, as promised
      await all((thread) => thread.setPotential(seen));
    },
    async each(operation, argument, use, { onBlock, signal } = {}) {
      const early = new Map<number, () => void>();
      let turn = 0;
      let done = 0;
      let failed = false;
      const serveShare = async (thread: Thread, indices: readonly number[]) => {
        for (const index of indices) {
          signal?.throwIfAborted();
          const result = await thread.run(operation, index, argument(index));
          if (failed) return;
          early.set(index, () => use(result, index));
          for (let next = early.get(turn); next !== undefined; next = early.get(++turn)) {
            early.delete(turn);
            next();
          }
          onBlock?.(++done, total);
        }
      };
      try {
        await all(serveShare);
      } catch (error) {
        failed = true; // the others stop after the block they are at
        throw error;
      }
    },
    peakMemory: async () => (await all((thread) => thread.peakMemory())).reduce((sum, peak) => sum + peak, 0),
    close: team.close,
  };
}

/** Indices of the blocks of each thread, ascending. */
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

/** One array that all threads see, where memory can be shared; elsewhere each message carries a copy. */
const visibleToAll = (length: number): Float64Array =>
  typeof SharedArrayBuffer === "undefined"
    ? new Float64Array(length)
    : new Float64Array(new SharedArrayBuffer(8 * length));
