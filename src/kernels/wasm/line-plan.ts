import { invariant } from "../../common/failure.ts";
import type { FftPass } from "../kernels.ts";
import type { Pointer } from "./exports.ts";
import type { LinearMemory } from "./memory.ts";

/** Lines per pass, measured best for lengths 24 to 216: both buffers stay in the cache. */
const TILE = 16;
const MOST_PASSES = 8;

/** The plan of the transform of one axis. */
export interface LinePlan {
  readonly length: number;
  readonly tile: number;
  readonly pointer: Pointer;
  /** The same plan with factors of float32. */
  readonly single: Pointer;
  readonly passes: readonly FftPass[];
}

/** Returns radices of the passes, first one first; within 5 % of the best order for n up to 240. */
export function passRadices(n: number): number[] {
  let rest = n;
  let twos = 0;
  for (; rest % 2 === 0; rest /= 2) twos++;
  let threes = 0;
  for (; rest % 3 === 0; rest /= 3) threes++;
  const large: number[] = [];
  for (const p of [5, 7, 11, 13]) for (; rest % p === 0; rest /= p) large.push(p);
  invariant(n > 0 && rest === 1, () => `fft: size ${n} is not a product of 2, 3, 5, 7, 11 and 13`);

  // A three is paired with an odd two; without threes a lone two goes first, three twos last as
  // radix 8.
  if (twos % 2 === 1 && threes > 0) {
    large.push(6);
    twos--;
    threes--;
  }
  const out: number[] = twos === 1 ? [2] : [];
  for (; twos === 2 || twos >= 4; twos -= 2) out.push(4);
  for (; threes > 0; threes--) out.push(3);
  out.push(...large);
  if (twos === 3) out.push(8);
  invariant(out.length <= MOST_PASSES, () => `fft: size ${n} needs more than ${MOST_PASSES} passes`);
  return out;
}

/** Writes both plans (32 words each) and their twiddle factors to `memory`. */
export function linePlan(memory: LinearMemory, n: number): LinePlan {
  const radices = passRadices(n);
  const [words, single] = [memory.alloc(16), memory.alloc(16)].map((plan) => {
    const words = new Uint32Array(plan.buffer, plan.byteOffset, 32);
    words.set([n, radices.length, TILE]);
    words.set(radices, 4);
    return words;
  }) as [Uint32Array, Uint32Array];
  const passes: FftPass[] = [];
  let length = n;
  radices.forEach((radix, pass) => {
    const [forward, inverse] = [
      twiddles(memory, length, radix, -1),
      twiddles(memory, length, radix, 1),
    ] as const;
    words[12 + pass] = forward.byteOffset;
    words[20 + pass] = inverse.byteOffset;
    single[12 + pass] = roundedTwice(memory, forward);
    single[20 + pass] = roundedTwice(memory, inverse);
    passes.push({ radix, length, factors: (sign) => (sign < 0 ? forward : inverse) });
    length /= radix;
  });
  return { length: n, tile: TILE, pointer: words.byteOffset, single: single.byteOffset, passes };
}

/** Writes factors for vectors of two complex numbers, (c, c, c, c, −s, s, −s, s) of float32. */
function roundedTwice(memory: LinearMemory, factors: Float64Array): Pointer {
  const table = memory.alloc(factors.length);
  const pairs = new Float32Array(table.buffer, table.byteOffset, 2 * factors.length);
  for (let at = 0; at < factors.length; at += 2) {
    const pair = factors.subarray(at, at + 2);
    pairs.set(pair, 2 * at);
    pairs.set(pair, 2 * at + 2);
  }
  return table.byteOffset;
}

/** Returns (c, c, −s, s) of e^{sign·2πi·pk/length} for each p < length/r and k = 1 … r−1. */
function twiddles(memory: LinearMemory, length: number, r: number, sign: number): Float64Array {
  const table = memory.alloc((length / r) * (r - 1) * 4);
  let at = 0;
  for (let p = 0; p < length / r; p++)
    for (let k = 1; k < r; k++, at += 4) {
      const [c, s] = rootOfUnity((p * k) % length, length);
      table.set([c, c, -sign * s, sign * s], at);
    }
  return table;
}

/** Returns cos, sin of 2πj/n, 0 ≤ j < n. Symmetry brings the angle below π/4 without rounding. */
function rootOfUnity(j: number, n: number): [cos: number, sin: number] {
  const isNegative = 2 * j > n;
  let top = isNegative ? n - j : j;
  let bottom = n;
  const isBack = 4 * top > bottom;
  if (isBack) [top, bottom] = [bottom - 2 * top, 2 * bottom];
  const isSteep = 8 * top > bottom;
  if (isSteep) [top, bottom] = [bottom - 4 * top, 4 * bottom];
  const angle = (2 * Math.PI * top) / bottom;
  const [c, s] = isSteep ? [Math.sin(angle), Math.cos(angle)] : [Math.cos(angle), Math.sin(angle)];
  return [isBack ? -c : c, isNegative ? -s : s];
}

/** Returns the length of the two buffers of a tile, for the longest of `plans`. */
export const lineWork = (plans: readonly LinePlan[]): number =>
  Math.max(...plans.map(({ length, tile }) => 4 * length * tile));
