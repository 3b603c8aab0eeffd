import type { Koffi } from "./library.ts";

/** Arrays at multiples of 64 bytes, and a stack of temporaries. */
export interface NativeMemory {
  alloc(length: number): Float64Array;
  scratch<T>(body: (take: (length: number) => Float64Array) => T): T;
  /** Counts memory allocated elsewhere for the same instance. */
  hold(bytes: number): void;
  usage(): { readonly held: number; readonly peak: number; readonly most: number };
}

/** A cache line [bytes]. */
const ALIGNMENT = 64;
/** Rounds a length up so that the next array in a chunk is aligned too. */
const roundUp = (length: number): number => Math.ceil(length / 8) * 8;

export function nativeMemory(koffi: Koffi): NativeMemory {
  let held = 0;
  let peak = 0;

  const hold = (bytes: number): void => {
    held += bytes;
    peak = Math.max(peak, held);
  };
  const alloc = (length: number): Float64Array => {
    const bytes = 8 * length;
    const buffer = new ArrayBuffer(bytes + ALIGNMENT);
    const misalignment = Number(koffi.address(new Uint8Array(buffer)) % BigInt(ALIGNMENT));
    hold(bytes + ALIGNMENT);
    return new Float64Array(buffer, (ALIGNMENT - misalignment) % ALIGNMENT, length);
  };

  // The stack is a list of chunks, each at least as long as all before it: few chunks, never moved.
  const chunks: Float64Array[] = [];
  let chunk = 0;
  let used = 0;
  const take = (length: number): Float64Array => {
    while (chunk < chunks.length && used + length > chunks[chunk]!.length) {
      chunk++;
      used = 0;
    }
    if (chunk === chunks.length) {
      const total = chunks.reduce((sum, c) => sum + c.length, 0);
      chunks.push(alloc(roundUp(Math.max(length, total, 1024))));
    }
    const out = chunks[chunk]!.subarray(used, used + length);
    used += roundUp(length);
    return out;
  };

  return {
    alloc,
    hold,
    scratch(body) {
      const [chunkBefore, usedBefore] = [chunk, used];
      try {
        return body(take);
      } finally {
        [chunk, used] = [chunkBefore, usedBefore];
      }
    },
    usage: () => ({ held, peak, most: Number.POSITIVE_INFINITY }),
  };
}
