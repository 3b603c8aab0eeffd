/** A seeded stream of random numbers, the same on every machine and in every thread. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
}

/** Returns a Mulberry32 stream, 32 bits of state; `seed` may be any finite number. */
export function random(seed: number): Random {
  let state = Math.floor(seed) ^ 0x9e3779b9; // as a signed number, which needs no memory
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}
