declare const space: unique symbol;

/** A Float64Array that may not be written through this name. */
export type ReadonlyReals = Omit<
  Float64Array,
  "set" | "fill" | "copyWithin" | "reverse" | "sort" | "subarray"
> & {
  readonly [index: number]: number;
};

/** Values on the real-space grid. Shape [nSpin·nz·ny·nx], x fastest, spin slowest. */
export type RealField = Float64Array & { readonly [space]: "real" };
export type ReadonlyRealField = ReadonlyReals & { readonly [space]: "real" };

/** Fourier coefficients on the full cube, shape [2·nz·ny·nx], (re, im) interleaved, G = 0 first. */
export type FourierField = Float64Array & { readonly [space]: "fourier" };
export type ReadonlyFourierField = ReadonlyReals & { readonly [space]: "fourier" };

/** Returns a zero field of `length` values (grid points times spins). */
export const newRealField = (length: number): RealField => new Float64Array(length) as RealField;
/** Returns zero coefficients for `points` G-vectors. */
export const newFourierField = (points: number): FourierField => new Float64Array(2 * points) as FourierField;
/** Returns `x` as a field, without copying. */
export const asRealField = (x: Float64Array): RealField => x as RealField;
export const asFourierField = (x: Float64Array): FourierField => x as FourierField;

/** Returns component `spin` of a field with `points` values per spin, as a view. */
export function spinComponent(f: RealField, spin: number, points: number): RealField;
export function spinComponent(f: ReadonlyRealField, spin: number, points: number): ReadonlyRealField;
export function spinComponent(f: ReadonlyRealField, spin: number, points: number): ReadonlyRealField {
  return (f as RealField).subarray(spin * points, (spin + 1) * points) as RealField;
}

/** Returns f↑ + f↓, or f itself for one spin; f has `points` values per spin, shape [N]. */
export function sumOverSpins<F extends ReadonlyRealField>(f: F, points: number): F | RealField {
  if (f.length === points) return f;
  const total = f.slice(0, points) as RealField;
  for (let offset = points; offset < f.length; offset += points)
    for (let r = 0; r < points; r++) total[r]! += f[offset + r]!;
  return total;
}

/** Number of terms added one after the other. */
const BLOCK = 256;

/** Returns Σ f_i g_i by halves: rounding grows as log N (as N it costs large cells 1e-10 Ha). */
export const dotReal = (f: ReadonlyReals, g: ReadonlyReals): number => dotBetween(f, g, 0, f.length);

function dotBetween(f: ReadonlyReals, g: ReadonlyReals, from: number, to: number): number {
  if (to - from > BLOCK) {
    const middle = (from + to) >> 1;
    return dotBetween(f, g, from, middle) + dotBetween(f, g, middle, to);
  }
  let sum = 0;
  for (let i = from; i < to; i++) sum += f[i]! * g[i]!;
  return sum;
}

/** Returns Σ f_i by halves. */
export const sumReal = (f: ReadonlyReals): number => sumBetween(f, 0, f.length);

function sumBetween(f: ReadonlyReals, from: number, to: number): number {
  if (to - from > BLOCK) {
    const middle = (from + to) >> 1;
    return sumBetween(f, from, middle) + sumBetween(f, middle, to);
  }
  let sum = 0;
  for (let i = from; i < to; i++) sum += f[i]!;
  return sum;
}

/** z ← f/divisor as complex numbers. */
export function toComplex(z: Float64Array, f: ReadonlyReals, divisor: number): void {
  for (let r = 0; r < f.length; r++) {
    z[2 * r] = f[r]! / divisor;
    z[2 * r + 1] = 0;
  }
}

/** Im z ← f/divisor. */
export function setImaginary(z: Float64Array, f: ReadonlyReals, divisor: number): void {
  for (let r = 0; r < f.length; r++) z[2 * r + 1] = f[r]! / divisor;
}

/** f ← Re z. */
export function realPart(f: Float64Array, z: Float64Array): void {
  for (let r = 0; r < f.length; r++) f[r] = z[2 * r]!;
}

/** f ← Im z. */
export function imaginaryPart(f: Float64Array, z: Float64Array): void {
  for (let r = 0; r < f.length; r++) f[r] = z[2 * r + 1]!;
}

/*
 * A loop over the grid is a function of its own, with nothing after it: in a longer function it is
 * compiled anew at every call, as what follows was never run when it was compiled.
 */

/** Returns Σ (f_i − g_i)². */
export function squaredDistance(f: ReadonlyReals, g: ReadonlyReals): number {
  let sum = 0;
  for (let r = 0; r < f.length; r++) sum += (f[r]! - g[r]!) ** 2;
  return sum;
}

/** out ← factor out. */
export function scaleField(out: Float64Array, factor: number): void {
  for (let r = 0; r < out.length; r++) out[r]! *= factor;
}

/** out ← √out. */
export function takeRoots(out: Float64Array): void {
  for (let r = 0; r < out.length; r++) out[r] = Math.sqrt(out[r]!);
}

/** out ← out + f. */
export function addField(out: Float64Array, f: ReadonlyReals): void {
  for (let r = 0; r < out.length; r++) out[r]! += f[r]!;
}

/** out ← out + x. */
export function addConstant(out: Float64Array, x: number): void {
  for (let i = 0; i < out.length; i++) out[i]! += x;
}

/** Returns a − b. */
export function difference(a: ReadonlyRealField, b: ReadonlyRealField): RealField {
  const out = newRealField(a.length);
  for (let r = 0; r < out.length; r++) out[r] = a[r]! - b[r]!;
  return out;
}
