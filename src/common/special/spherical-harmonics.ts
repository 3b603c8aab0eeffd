import { invariant } from "../failure.ts";
import type { Vec3 } from "../vec3.ts";

/**
 * Highest l of the real spherical harmonics, m = −l … l, without the Condon–Shortley sign: m < 0
 * goes with sin|m|φ, m > 0 with cos mφ. Orthonormal on the unit sphere. The solid harmonics
 * S_lm(r) = |r|^l Y_lm(r) are homogeneous polynomials, so l = 1 is proportional to (y, z, x).
 */
export const MAX_ANGULAR_MOMENTUM = 3;

const SQRT_PI = Math.sqrt(Math.PI);
const Y00 = 0.5 / SQRT_PI;
const Y1 = Math.sqrt(3) / (2 * SQRT_PI);
const Y2_OFF = Math.sqrt(15) / (2 * SQRT_PI);
const Y20 = Math.sqrt(5) / (4 * SQRT_PI);
const Y22 = Math.sqrt(15) / (4 * SQRT_PI);
const Y33 = Math.sqrt(35 / 2) / (4 * SQRT_PI);
const Y32_XYZ = Math.sqrt(105) / (2 * SQRT_PI);
const Y32 = Math.sqrt(105) / (4 * SQRT_PI);
const Y31 = Math.sqrt(21 / 2) / (4 * SQRT_PI);
const Y30 = Math.sqrt(7) / (4 * SQRT_PI);

/** Returns S_lm(r) = |r|^l Y_lm(r) [bohr^l if r is in bohr]. */
export function solidHarmonic(l: number, m: number, [x, y, z]: Vec3): number {
  if (m < -l || m > l) outOfRange(l, m);
  switch (l * (l + 1) + m) {
    case 0:
      return Y00;
    case 1:
      return Y1 * y;
    case 2:
      return Y1 * z;
    case 3:
      return Y1 * x;
    case 4:
      return Y2_OFF * x * y;
    case 5:
      return Y2_OFF * y * z;
    case 6:
      return Y20 * (2 * z * z - x * x - y * y);
    case 7:
      return Y2_OFF * x * z;
    case 8:
      return Y22 * (x * x - y * y);
    case 9:
      return Y33 * y * (3 * x * x - y * y);
    case 10:
      return Y32_XYZ * x * y * z;
    case 11:
      return Y31 * y * (4 * z * z - x * x - y * y);
    case 12:
      return Y30 * z * (2 * z * z - 3 * x * x - 3 * y * y);
    case 13:
      return Y31 * x * (4 * z * z - x * x - y * y);
    case 14:
      return Y32 * z * (x * x - y * y);
    case 15:
      return Y33 * x * (x * x - 3 * y * y);
    default:
      return outOfRange(l, m);
  }
}

/** Returns ∇S_lm, Cartesian. */
export function solidHarmonicGradient(l: number, m: number, [x, y, z]: Vec3): Vec3 {
  const times = (s: number, a: number, b: number, c: number): Vec3 => [s * a, s * b, s * c];
  if (m < -l || m > l) outOfRange(l, m);
  switch (l * (l + 1) + m) {
    case 0:
      return [0, 0, 0];
    case 1:
      return [0, Y1, 0];
    case 2:
      return [0, 0, Y1];
    case 3:
      return [Y1, 0, 0];
    case 4:
      return times(Y2_OFF, y, x, 0);
    case 5:
      return times(Y2_OFF, 0, z, y);
    case 6:
      return times(2 * Y20, -x, -y, 2 * z);
    case 7:
      return times(Y2_OFF, z, 0, x);
    case 8:
      return times(2 * Y22, x, -y, 0);
    case 9:
      return times(3 * Y33, 2 * x * y, x * x - y * y, 0);
    case 10:
      return times(Y32_XYZ, y * z, x * z, x * y);
    case 11:
      return times(Y31, -2 * x * y, 4 * z * z - x * x - 3 * y * y, 8 * y * z);
    case 12:
      return times(3 * Y30, -2 * x * z, -2 * y * z, 2 * z * z - x * x - y * y);
    case 13:
      return times(Y31, 4 * z * z - 3 * x * x - y * y, -2 * x * y, 8 * x * z);
    case 14:
      return times(Y32, 2 * x * z, -2 * y * z, x * x - y * y);
    case 15:
      return times(3 * Y33, x * x - y * y, -2 * x * y, 0);
    default:
      return outOfRange(l, m);
  }
}

/** Returns Y_lm for the direction of `v`; at v = 0 the mean over directions, 0 unless l = 0. */
export function sphericalHarmonic(l: number, m: number, v: Vec3): number {
  const length = Math.hypot(v[0], v[1], v[2]);
  if (length === 0) return l === 0 ? Y00 : 0;
  return solidHarmonic(l, m, [v[0] / length, v[1] / length, v[2] / length]);
}

function outOfRange(l: number, m: number): never {
  invariant(false, () => `spherical harmonic l=${l}, m=${m}; l goes to ${MAX_ANGULAR_MOMENTUM}, |m| to l`);
}
