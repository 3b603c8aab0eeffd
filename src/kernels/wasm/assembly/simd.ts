// One complex number is one v128: (re, im). Kernels of both kinds of numbers are generic in T, v128 or f64.

/** a·b + c; fused where the build has relaxed SIMD. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(a, b, c);
  return f64x2.add(c, f64x2.mul(a, b));
}

/** c − a·b. */
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_nmadd(a, b, c);
  return f64x2.sub(c, f64x2.mul(a, b));
}

/** (im, re). */
@inline
export function swap(a: v128): v128 {
  return v128.shuffle<f64>(a, a, 1, 0);
}

@inline
export function pair(re: f64, im: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(re), 1, im);
}

@inline
export function sum(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

/** First minus second lane. */
@inline
export function difference(a: v128): f64 {
  return f64x2.extract_lane(a, 0) - f64x2.extract_lane(a, 1);
}

@inline
export function re(p: usize): f64 {
  return load<f64>(p);
}

@inline
export function im(p: usize): f64 {
  return load<f64>(p, 8);
}

@inline
export function setComplex(p: usize, r: f64, i: f64): void {
  store<f64>(p, r);
  store<f64>(p, i, 8);
}

/** Bytes of one complex number. */
export const Z: usize = 16;

@inline
export function smaller(a: usize, b: usize): usize {
  return a < b ? a : b;
}

/** Next multiple of 64. */
@inline
export function aligned(p: usize): usize {
  return (p + 63) & ~63;
}
