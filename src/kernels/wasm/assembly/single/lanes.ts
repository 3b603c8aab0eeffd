// Numbers of float32, four to a vector, from and to float64.

/** The first two as float64. */
@inline
export function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

/** The last two. */
@inline
export function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(x, x, 1, 1));
}

/** Four numbers of float64 as float32. */
@inline
export function rounded(x: v128, y: v128): v128 {
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(x), f32x4.demote_f64x2_zero(y), 0, 2);
}
