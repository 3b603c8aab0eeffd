import { high, low, rounded } from "./lanes";

/*
 * Panels between float64 and float32, for products of a library: columns of `length` numbers, in float32 without gaps;
 * leading dimensions count numbers.
 */

/** to (float32) ← x (float64). */
export function roundColumns(length: usize, columns: usize, x: usize, ldx: usize, to: usize): void {
  const even = (length & ~7) * 8;
  for (let j: usize = 0; j < columns; j++, x += ldx * 8) {
    let from = x;
    for (const end = x + even; from < end; from += 64, to += 32) {
      v128.store(to, rounded(v128.load(from), v128.load(from, 16)));
      v128.store(to, rounded(v128.load(from, 32), v128.load(from, 48)), 16);
    }
    for (const end = x + length * 8; from < end; from += 8, to += 4) store<f32>(to, <f32>load<f64>(from));
  }
}

/** c (float64) ← x (float32) + βc, without reading c where β = 0. */
export function addRounded(length: usize, columns: usize, x: usize, beta: f64, c: usize, ldc: usize): void {
  const even = (length & ~7) * 8, factor = f64x2.splat(beta);
  for (let j: usize = 0; j < columns; j++, c += ldc * 8) {
    let to = c;
    if (beta == 0)
      for (const end = c + even; to < end; to += 64, x += 32) {
        const p = v128.load(x), q = v128.load(x, 16);
        v128.store(to, low(p));
        v128.store(to, high(p), 16);
        v128.store(to, low(q), 32);
        v128.store(to, high(q), 48);
      }
    else
      for (const end = c + even; to < end; to += 64, x += 32) {
        const p = v128.load(x), q = v128.load(x, 16);
        v128.store(to, f64x2.add(low(p), f64x2.mul(factor, v128.load(to))));
        v128.store(to, f64x2.add(high(p), f64x2.mul(factor, v128.load(to, 16))), 16);
        v128.store(to, f64x2.add(low(q), f64x2.mul(factor, v128.load(to, 32))), 32);
        v128.store(to, f64x2.add(high(q), f64x2.mul(factor, v128.load(to, 48))), 48);
      }
    for (const end = c + length * 8; to < end; to += 8, x += 4)
      store<f64>(to, <f64>load<f32>(x) + (beta == 0 ? 0 : beta * load<f64>(to)));
  }
}
