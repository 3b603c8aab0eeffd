import type { Grid } from "../basis/grid.ts";
import { add, centred, integerVectors, norm, rowsVec, sub, type Vec3 } from "../common/vec3.ts";
import { dotReal, newRealField, type ReadonlyRealField, type RealField } from "../kernels/fields.ts";
import type { Model } from "../model/model.ts";
import { addStructureFactor } from "../terms/local/potential.ts";

/** Moments of a spin density m = ρ↑ − ρ↓ in one cell [μB]. */
export interface Magnetisation {
  /** ∫ m dr. */
  readonly total: number;
  /** ∫ |m| dr, which does not cancel in an antiferromagnet. */
  readonly absolute: number;
}

/** Moments in spheres around the atoms; they depend on the radius and do not add to the total. */
export interface AtomicMagnetisation {
  /** [bohr] */
  readonly sphereRadius: number;
  /** ∫ m dr over the sphere of each atom [μB]. */
  readonly moments: readonly number[];
}

/** Returns m = ρ↑ − ρ↓ [bohr⁻³], shape [N], of a density of shape [2·N]. */
export function spinDensity(rho: ReadonlyRealField): RealField {
  const points = rho.length / 2;
  const out = newRealField(points);
  for (let r = 0; r < points; r++) out[r] = rho[r]! - rho[points + r]!;
  return out;
}

/**
 * Computes the moments of a spin density.
 *
 * @param m spin density, shape [N].
 * @param dvol Ω/N [bohr³].
 */
export function magnetisation(m: ReadonlyRealField, dvol: number): Magnetisation {
  let [total, absolute] = [0, 0];
  for (let r = 0; r < m.length; r++) {
    total += m[r]!;
    absolute += Math.abs(m[r]!);
  }
  return { total: dvol * total, absolute: dvol * absolute };
}

/** Usual sphere radius [bohr]; it holds most of the moment of a 3d ion. */
const LARGEST_SPHERE = 2;

/**
 * Integrates a field over a sphere of radius a around each atom, exactly for its Fourier series:
 *
 *   ∫_{|r−R|<a} m dr = (4π/3) a³ Σ_G m(G) e^{iG·R} w(|G|a),   w(x) = 3 (sin x − x cos x)/x³
 *
 * The radius is 2 bohr, or half the shortest distance between two atoms (images included) if
 * spheres would overlap.
 *
 * @param m real field, shape [N].
 */
export function atomicMagnetisation(
  { atoms, lattice }: Pick<Model, "atoms" | "lattice">,
  grid: Grid,
  m: ReadonlyRealField,
): AtomicMagnetisation {
  const positions = atoms.map(({ position }) => position);
  const radius = Math.min(LARGEST_SPHERE, shortestDistance(lattice.vectors, positions) / 2);
  const { points, normG2 } = grid;
  const weighted = new Float64Array(grid.toFourier(m));
  const volume = (4 / 3) * Math.PI * radius ** 3;
  for (let g = 0; g < points; g++) {
    const weight = volume * sphereWeight(radius * Math.sqrt(normG2[g]!));
    weighted[2 * g]! *= weight;
    weighted[2 * g + 1]! *= weight;
  }
  return { sphereRadius: radius, moments: positions.map((position) => valueAt(weighted, grid, position)) };
}

/** Returns 3 (sin x − x cos x)/x³; 12 digits remain at x = 0.01, the least in a 1000-bohr cell. */
const sphereWeight = (x: number): number => (x === 0 ? 1 : (3 * (Math.sin(x) - x * Math.cos(x))) / x ** 3);

/** Returns Re Σ_G f(G) e^{iG·R} for coefficients f on the cube; their products add in pairs. */
function valueAt(f: Float64Array, grid: Grid, position: Vec3): number {
  const phases = new Float64Array(f.length);
  addStructureFactor(phases, grid, position);
  return dotReal(f, phases);
}

/** Returns the shortest distance between two atoms or an atom and its image [bohr]. */
function shortestDistance(vectors: Model["lattice"]["vectors"], positions: readonly Vec3[]): number {
  const cells = integerVectors(1);
  let shortest = Number.POSITIVE_INFINITY;
  for (let a = 0; a < positions.length; a++)
    for (let b = 0; b <= a; b++) {
      const d = centred(sub(positions[a]!, positions[b]!));
      for (const cell of cells) {
        if (a === b && cell.every((i) => i === 0)) continue;
        shortest = Math.min(shortest, norm(rowsVec(vectors, add(d, cell))));
      }
    }
  return shortest;
}

/** Part of the initial staggered moment below which an antiferromagnet has lost its order. */
const DISORDERED = 0.03;

/**
 * Tells whether atoms that began with moments of both signs have ended without that order: of the
 * staggered moment Σ_a sign(m_a) m_a hardly anything is left, whatever moments there are.
 *
 * @param moments final moments of the atoms [μB].
 */
export function losesOrder(
  atoms: readonly { readonly magneticMoment?: number | undefined }[],
  moments: readonly number[],
): boolean {
  const initial = atoms.map(({ magneticMoment = 0 }) => magneticMoment);
  if (!initial.some((m) => m > 0) || !initial.some((m) => m < 0)) return false;
  const sum = (of: readonly number[]) => of.reduce((total, m, a) => total + Math.sign(initial[a]!) * m, 0);
  return Math.abs(sum(moments)) < DISORDERED * sum(initial);
}
