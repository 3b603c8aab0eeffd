import { sphericalBessel } from "../../common/special/spherical-bessel.ts";
import type { RadialMesh } from "./radial-mesh.ts";

/**
 * Fourier transform of a function f(r) Y_lm given at points, apart from (−i)^l Y_lm:
 *
 *   F(q) = 4π ∫ r² j_l(qr) f(r) dr = Σ_i m_i j_l(q r_i),   m_i = 4π w_i r_i² f(r_i)
 *
 * Plain data. F is tabulated at q = 0, h, 2h, … and interpolated by polynomials of degree 7 in the
 * middle of eight points. From j_l(x) = ½ (−i)^l ∫ e^{ixt} P_l(t) dt over |t| ≤ 1 and |P_l| ≤ 1
 * follows |F⁽⁸⁾| ≤ Σ |m_i| r_i⁸, so the interpolation is wrong by at most (7·5·3·1/16)²/8! h⁸ Σ
 * |m_i| r_i⁸, and h makes that 10⁻¹¹ Σ |m_i|.
 */
export interface RadialTransform {
  readonly l: number;
  /** r_i [bohr]; points of zero mass are left out. */
  readonly nodes: Float64Array;
  /** m_i, the unit of f times bohr³. */
  readonly masses: Float64Array;
  /** h [bohr⁻¹]. */
  readonly step: number;
  /** F(0), F(h), …, NaN until asked for; beyond its end the sum itself is taken. */
  readonly table: Float64Array;
}

/** End of the table [bohr⁻¹]: |G| in the corners of the grid at a cutoff of 70 Ha. */
const TABLE_END = 41;

/** max over t in [3, 4] of ∏_{j=0}^{7} |t − j| / 8!, at t = 3.5. */
const NODE_POLYNOMIAL = (3.5 * 2.5 * 1.5 * 0.5) ** 2 / 40320;

const TABLE_ACCURACY = 1e-11;

/** (−1)^j binomial(7, j), the barycentric weights of eight equidistant points. */
const BARYCENTRIC = [1, -7, 21, -35, 35, -21, 7, -1] as const;

/** @param f values at the mesh, shape [n]; its unit is that of `masses` per bohr³. */
export function radialTransform(l: number, { r, weights }: RadialMesh, f: Float64Array): RadialTransform {
  const all = r.map((x, i) => 4 * Math.PI * weights[i]! * x * x * f[i]!);
  const kept = Array.from(all.keys()).filter((i) => all[i] !== 0);
  const nodes = Float64Array.from(kept, (i) => r[i]!);
  const masses = Float64Array.from(kept, (i) => all[i]!);
  let total = 0;
  let eighth = 0;
  masses.forEach((m, i) => {
    total += Math.abs(m);
    eighth += Math.abs(m) * nodes[i]! ** 8;
  });
  const widest = ((TABLE_ACCURACY * total) / (NODE_POLYNOMIAL * eighth)) ** (1 / 8);
  const step = total > 0 && widest < 1 ? widest : 1;
  const length = total > 0 ? Math.ceil(TABLE_END / step) + 8 : 0;
  return { l, nodes, masses, step, table: new Float64Array(length).fill(Number.NaN) };
}

/** F(jh), of negative j continued as (−1)^l F(−q); most runs ask for a small part of the table. */
function tabulated({ l, nodes, masses, step, table }: RadialTransform, j: number): number {
  const at = Math.abs(j);
  if (Number.isNaN(table[at]!)) table[at] = sumAt(l, nodes, masses, at * step);
  return j < 0 && l % 2 === 1 ? -table[at]! : table[at]!;
}

function sumAt(l: number, nodes: Float64Array, masses: Float64Array, q: number): number {
  let sum = 0;
  for (let i = 0; i < nodes.length; i++) sum += masses[i]! * sphericalBessel(l, q * nodes[i]!);
  return sum;
}

/** F(q) for q ≥ 0. */
export function transformAt(transform: RadialTransform, q: number): number {
  const { l, nodes, masses, step, table } = transform;
  const x = q / step;
  const cell = Math.floor(x);
  if (cell + 4 >= table.length) return sumAt(l, nodes, masses, q);
  let above = 0;
  let below = 0;
  for (let j = 0; j < 8; j++) {
    const at = cell - 3 + j;
    const value = tabulated(transform, at);
    const distance = x - at;
    if (distance === 0) return value;
    const weight = BARYCENTRIC[j]! / distance;
    above += weight * value;
    below += weight;
  }
  return above / below;
}

/**
 * dF/dq for q ≥ 0: of the interpolating polynomial p,
 *
 *   p'(x) = Σ_j w_j (p(x) − F_j)/(x − x_j)² / Σ_j w_j/(x − x_j),
 *   p'(x_i) = −Σ_{j≠i} (w_j/w_i) (F_i − F_j)/(x_i − x_j)
 *
 * Beyond the table j_l' = (l j_{l−1} − (l+1) j_{l+1})/(2l+1).
 */
export function transformSlopeAt(transform: RadialTransform, q: number): number {
  const { l, nodes, masses, step, table } = transform;
  const x = q / step;
  const cell = Math.floor(x);
  if (cell + 4 >= table.length) {
    let sum = 0;
    for (let i = 0; i < nodes.length; i++) {
      const before = l === 0 ? 0 : l * sphericalBessel(l - 1, q * nodes[i]!);
      sum += masses[i]! * nodes[i]! * (before - (l + 1) * sphericalBessel(l + 1, q * nodes[i]!));
    }
    return sum / (2 * l + 1);
  }
  const nearest = Math.round(x);
  const isPoint = Math.abs(x - nearest) < 1e-6; // closer the differences lose their digits
  const value = isPoint ? tabulated(transform, nearest) : transformAt(transform, q);
  let above = 0;
  let below = isPoint ? -BARYCENTRIC[nearest - cell + 3]! : 0;
  for (let j = 0; j < 8; j++) {
    const at = cell - 3 + j;
    if (isPoint && at === nearest) continue;
    const distance = (isPoint ? nearest : x) - at;
    const slope = (BARYCENTRIC[j]! * (value - tabulated(transform, at))) / distance;
    above += isPoint ? slope : slope / distance;
    if (!isPoint) below += BARYCENTRIC[j]! / distance;
  }
  return above / (below * step);
}
