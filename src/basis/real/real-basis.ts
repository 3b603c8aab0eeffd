import { dot, type Vec3 } from "../../common/vec3.ts";
import type { RealForm } from "../../kernels/kernels.ts";
import type { KPoint } from "../kpoint.ts";
import type { InversionCentre } from "./inversion-centre.ts";

/**
 * A unitary U for one k-point such that Uᴴ H_k U is real symmetric: docs/real-orbitals.md. With
 * real a and b, U(a + ib) are two orbitals in one complex array.
 */
export interface RealBasis {
  readonly kind: "inversion" | "time-reversal";
  /** Index of the atom at 2t − τ for each atom, if by inversion. */
  readonly imageOf?: readonly number[];
  /** What U is, for kernels. */
  readonly form: RealForm;
  /** c ← U (s a + i t b), complex [n]; without b, c ← s U a. */
  expand(c: Float64Array, a: Float64Array, s?: number, b?: Float64Array, t?: number): void;
  /** a ← a + s Re Uᴴc and b ← b + s Im Uᴴc, real [n]. */
  addProjected(a: Float64Array, b: Float64Array | undefined, c: Float64Array, s?: number): void;
  /**
   * out ← Uᴴ d_c U a, real [n], with the Cartesian component c of d = k+G by inversion, which the
   * inversion turns into its negative, of d = i(k+G), the gradient, by time reversal.
   */
  differentiate(out: Float64Array, a: Float64Array, c: 0 | 1 | 2): void;
}

/**
 * Makes the real basis of a k-point: by inversion at every k, by time reversal where k ≡ −k.
 * Undefined where there is none.
 *
 * @param centre of inversion of the potential.
 */
export const realBasis = (kpoint: KPoint, centre: InversionCentre | undefined): RealBasis | undefined =>
  centre === undefined ? byTimeReversal(kpoint) : byInversion(kpoint, centre);

/** Whether k ≡ −k up to a reciprocal lattice vector, fractional. */
const isOwnOpposite = (k: Vec3): boolean => k.every((x) => Math.abs(2 * x - Math.round(2 * x)) < 1e-12);

/** Whether there is a real basis at every k, up to rounding at the surface of a sphere. */
export const areReal = (
  kpoints: readonly { readonly k: Vec3 }[],
  centre: InversionCentre | undefined,
): boolean => centre !== undefined || kpoints.every(({ k }) => isOwnOpposite(k));

/** U = diag(e^{−i(k+G)t}). */
function byInversion(
  { k, gVectors, kPlusG, planeWaves: n }: KPoint,
  { position, imageOf }: InversionCentre,
): RealBasis {
  const phase = new Float64Array(2 * n);
  for (let g = 0; g < n; g++) {
    const turns = dot(
      [k[0] + gVectors[3 * g]!, k[1] + gVectors[3 * g + 1]!, k[2] + gVectors[3 * g + 2]!],
      position,
    );
    phase[2 * g] = Math.cos(2 * Math.PI * turns);
    phase[2 * g + 1] = -Math.sin(2 * Math.PI * turns);
  }
  return {
    kind: "inversion",
    imageOf,
    form: { phase },
    expand(c, a, s = 1, b, t = 1) {
      for (let g = 0; g < n; g++) {
        const x = s * a[g]!;
        const y = b === undefined ? 0 : t * b[g]!;
        const re = phase[2 * g]!;
        const im = phase[2 * g + 1]!;
        c[2 * g] = x * re - y * im;
        c[2 * g + 1] = x * im + y * re;
      }
    },
    addProjected(a, b, c, s = 1) {
      for (let g = 0; g < n; g++) {
        const x = s * c[2 * g]!;
        const y = s * c[2 * g + 1]!;
        const re = phase[2 * g]!;
        const im = phase[2 * g + 1]!;
        a[g]! += x * re + y * im;
        if (b !== undefined) b[g]! += y * re - x * im;
      }
    },
    differentiate(out, a, c) {
      for (let g = 0; g < n; g++) out[g] = kPlusG[3 * g + c]! * a[g]!;
    },
  };
}

/** Pairs of waves c_G = (a + ib)/√2, c_{−G−2k} = (a − ib)/√2; one paired with itself is real. */
function byTimeReversal({ k, gVectors, kPlusG, planeWaves: n }: KPoint): RealBasis | undefined {
  if (!isOwnOpposite(k)) return undefined;
  const twice = k.map((x) => Math.round(2 * x));
  const key = (x: number, y: number, z: number) => `${x} ${y} ${z}`;
  const at = new Map<string, number>();
  for (let g = 0; g < n; g++) at.set(key(gVectors[3 * g]!, gVectors[3 * g + 1]!, gVectors[3 * g + 2]!), g);
  const partner = new Int32Array(n);
  for (let g = 0; g < n; g++) {
    const found = at.get(
      key(
        -gVectors[3 * g]! - twice[0]!,
        -gVectors[3 * g + 1]! - twice[1]!,
        -gVectors[3 * g + 2]! - twice[2]!,
      ),
    );
    if (found === undefined) return undefined; // rounding at the surface of the sphere
    partner[g] = found;
  }
  return {
    kind: "time-reversal",
    form: { partner },
    expand(c, a, s = 1, b, t = 1) {
      const [u, v] = [s * Math.SQRT1_2, t * Math.SQRT1_2];
      for (let g = 0; g < n; g++) {
        const p = partner[g]!;
        if (p < g) continue;
        if (p === g) {
          c[2 * g] = s * a[g]!;
          c[2 * g + 1] = b === undefined ? 0 : t * b[g]!;
          continue;
        }
        const x = u * a[g]!;
        const z = u * a[p]!;
        const y = b === undefined ? 0 : v * b[g]!;
        const w = b === undefined ? 0 : v * b[p]!;
        c[2 * g] = x - w;
        c[2 * g + 1] = y + z;
        c[2 * p] = x + w;
        c[2 * p + 1] = y - z;
      }
    },
    addProjected(a, b, c, s = 1) {
      const u = s * Math.SQRT1_2;
      for (let g = 0; g < n; g++) {
        const p = partner[g]!;
        if (p < g) continue;
        if (p === g) {
          a[g]! += s * c[2 * g]!;
          if (b !== undefined) b[g]! += s * c[2 * g + 1]!;
          continue;
        }
        const x = c[2 * g]!;
        const y = c[2 * g + 1]!;
        const z = c[2 * p]!;
        const w = c[2 * p + 1]!;
        // (c_G + c_P)/√2 and −i (c_G − c_P)/√2
        a[g]! += u * (x + z);
        a[p]! += u * (y - w);
        if (b === undefined) continue;
        b[g]! += u * (y + w);
        b[p]! -= u * (x - z);
      }
    },
    differentiate(out, a, c) {
      for (let g = 0; g < n; g++) {
        const p = partner[g]!;
        if (p < g) continue;
        const q = kPlusG[3 * g + c]!; // 0 of a wave paired with itself
        out[g] = -q * a[p]!;
        out[p] = q * a[g]!;
      }
    },
  };
}
