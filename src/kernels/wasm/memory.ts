import { invariant } from "../../common/failure.ts";

/** Most Wasm pages of 64 KiB: 4 GiB, the range of 32-bit addresses. */
const MOST_PAGES = 65536;
/** Pages of a memory that cannot grow without detaching its views: 1 GiB at once. */
const FIXED_PAGES = 16384;
const PAGE = 65536;
/** Smallest block for temporaries [bytes]. */
const LEAST_BLOCK = 65536;

/**
 * The linear memory of one instance, allocated upwards; only temporaries are freed.
 *
 * A shared memory grows in place: older views stay valid, over the same bytes. Where pages may not
 * share memory, its size is fixed from the start, because growing would detach every view.
 */
export interface LinearMemory {
  readonly memory: WebAssembly.Memory;
  alloc(length: number): Float64Array;
  scratch<T>(body: (take: (length: number) => Float64Array) => T): T;
  held(): number;
  /** Most bytes that can ever be held. */
  readonly most: number;
  /**
   * Returns the byte address of `x`.
   *
   * @throws Error if `x` is not in this memory or holds fewer than `length` numbers.
   */
  address(x: Float64Array, length: number, what: string): number;
}

export function linearMemory({ shared }: { readonly shared: boolean }): LinearMemory {
  const [memory, pages] = shared ? sharedMemory() : fixedMemory();
  // Growing makes a new buffer object over the old bytes; views may be over any of them.
  const buffers = new WeakSet<ArrayBufferLike>([memory.buffer]);
  let buffer: ArrayBufferLike = memory.buffer;
  let top = PAGE; // no valid pointer is 0

  const takeBytes = (bytes: number): number => {
    const at = top;
    const end = at + Math.ceil(bytes / 64) * 64;
    if (end > buffer.byteLength) grow(end);
    top = end;
    return at;
  };
  const tryGrow = (pages: number): boolean => {
    try {
      memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  };
  const grow = (end: number): void => {
    const pages = Math.ceil((end - buffer.byteLength) / PAGE);
    // An eighth in reserve, so that small arrays do not grow it one by one; at the limit, just
    // enough.
    const isGrown = tryGrow(pages + Math.ceil(end / 8 / PAGE)) || tryGrow(pages);
    if (!isGrown) {
      const gibibytes = (end / 2 ** 30).toFixed(2);
      const limit = shared ? "at most 4 GiB" : "without shared memory at most 1 GiB";
      throw new RangeError(
        `wasm kernels: ${gibibytes} GiB of memory are not to be had (${limit}); spread k-points over more threads or lower ecut`,
      );
    }
    buffer = memory.buffer;
    buffers.add(buffer);
  };

  const alloc = (length: number): Float64Array => {
    invariant(Number.isInteger(length) && length >= 0, () => `alloc: length ${length}`);
    const at = takeBytes(8 * length);
    return new Float64Array(buffer, at, length); // new pages are zero
  };

  const blocks: { readonly at: number; readonly bytes: number }[] = [];
  let block = 0;
  let used = 0;
  const take = (length: number): Float64Array => {
    const bytes = Math.ceil((8 * length) / 64) * 64;
    // Blocks that are too small are skipped until the stack unwinds.
    while (block < blocks.length && used + bytes > blocks[block]!.bytes) {
      block++;
      used = 0;
    }
    if (block === blocks.length) {
      const size = Math.max(bytes, LEAST_BLOCK);
      blocks.push({ at: takeBytes(size), bytes: size });
      used = 0;
    }
    const at = blocks[block]!.at + used;
    used += bytes;
    return new Float64Array(buffer, at, length);
  };

  return {
    memory,
    alloc,
    scratch(body) {
      const [blockBefore, usedBefore] = [block, used];
      try {
        return body(take);
      } finally {
        [block, used] = [blockBefore, usedBefore];
      }
    },
    held: () => top - PAGE,
    most: (pages - 1) * PAGE,
    address(x, length, what) {
      const isOurs = x.buffer === buffer || buffers.has(x.buffer);
      invariant(isOurs, () => `${what}: the array was not made by alloc or scratch of these kernels`);
      invariant(x.length >= length, () => `${what}: needs ${length} numbers, got ${x.length}`);
      return x.byteOffset;
    },
  };
}

/** A memory and the pages to which it can grow. */
type Reserved = readonly [memory: WebAssembly.Memory, pages: number];

/** Reserves address space for the maximum, or for less where that is refused. */
const sharedMemory = (): Reserved =>
  withFewerPages(MOST_PAGES, (maximum) => new WebAssembly.Memory({ initial: 16, maximum, shared: true }));

const fixedMemory = (): Reserved =>
  withFewerPages(FIXED_PAGES, (pages) => new WebAssembly.Memory({ initial: pages, maximum: pages }));

/** Calls `make` with `pages`, halved each time it throws, down to 1/16. */
function withFewerPages(pages: number, make: (pages: number) => WebAssembly.Memory): Reserved {
  for (let fewer = pages; ; fewer /= 2)
    try {
      return [make(fewer), fewer];
    } catch (error) {
      if (fewer <= pages / 16) throw error;
    }
}
