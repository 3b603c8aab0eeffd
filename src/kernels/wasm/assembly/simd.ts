// One complex number is one v128: (re, im). Kernels of both kinds of numbers are generic in T, v128 or f64. Of float32 a
// vector holds two complex numbers, and what works on vectors is generic in T, f64 or f32.

/** a·b + c; fused where the build has relaxed SIMD. */
@inline
export function madd<T = f64>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
  return v128.add<T>(c, v128.mul<T>(a, b));
}

/** c − a·b. */
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_nmadd(a, b, c);
  return f64x2.sub(c, f64x2.mul(a, b));
}

/** (im, re) of each complex number. */
@inline
export function swap<T = f64>(a: v128): v128 {
  if (sizeof<T>() == 4) return v128.shuffle<f32>(a, a, 1, 0, 3, 2);
  return v128.shuffle<f64>(a, a, 1, 0);
}

/** (re, im) in each complex number. */
@inline
export function pairOf<T>(re: T, im: T): v128 {
  const both = v128.replace_lane<T>(v128.splat<T>(re), 1, im);
  return sizeof<T>() == 4 ? v128.shuffle<f64>(both, both, 0, 0) : both;
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
