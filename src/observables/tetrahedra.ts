import { invariant } from "../common/failure.ts";
import { firstIndex } from "../common/search.ts";
import { mapVec, norm, rowsVec, type Vec3 } from "../common/vec3.ts";
import type { Lattice } from "../model/lattice.ts";

/** Bands on a whole k-grid, given at its irreducible points. */
export interface GridBands {
  /** Number of divisions. */
  readonly kgrid: Vec3;
  /** Index of the irreducible point of each grid point, x fastest. */
  readonly representative: ArrayLike<number>;
  /** Eigenvalues at the irreducible points [Ha], equally many at each. */
  readonly eigenvalues: readonly ArrayLike<number>[];
}

/**
 * Counts the states per cell and spin below each energy, with every band linear in tetrahedra that
 * fill the zone: each box of the k-grid is cut into six along its shortest diagonal [BJA94].
 *
 *   N(ε) = Σ_n Σ_T (1/N_T) · share of T where ε_n < ε
 *
 * Unlike its derivative, N is bounded for all bands; densities of states are its differences.
 *
 * @param energies [Ha], ascending.
 */
export function statesBelow(
  { reciprocal }: Pick<Lattice, "reciprocal">,
  { kgrid, representative, eigenvalues }: GridBands,
  energies: ArrayLike<number>,
): Float64Array {
  const [nx, ny, nz] = kgrid;
  const points = nx * ny * nz;
  invariant(
    representative.length > 0 && representative.length % points === 0,
    () => `tetrahedra: ${representative.length} points of grids of ${points}`,
  );
  const tetrahedra = sixTetrahedra(
    reciprocal.map((row, i) => row.map((x) => x / kgrid[i]!)) as unknown as Lattice["reciprocal"],
  );
  const nBands = Math.min(...eigenvalues.map(({ length }) => length));
  const out = new Float64Array(energies.length);
  const weight = 1 / (6 * representative.length);
  const corners = new Int32Array(8);
  const e = new Float64Array(4);
  for (let i = 0; i < representative.length; i++) {
    const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny)) % nz];
    const grid = i - (i % points);
    for (let c = 0; c < 8; c++) {
      const at = ((x + (c & 1)) % nx) + nx * (((y + ((c >> 1) & 1)) % ny) + ny * ((z + (c >> 2)) % nz));
      corners[c] = representative[grid + at]!;
    }
    for (const tetrahedron of tetrahedra)
      for (let band = 0; band < nBands; band++) {
        for (let v = 0; v < 4; v++) e[v] = eigenvalues[corners[tetrahedron[v]!]!]![band]!;
        e.sort();
        add(out, energies, e, weight);
      }
  }
  return out;
}

/** Returns six tetrahedra of a box; corners are bits, each walks the edges to the far corner. */
function sixTetrahedra(steps: Lattice["reciprocal"]): number[][] {
  const length = (corner: number) => {
    const signs = mapVec([1, 2, 4], (bit) => (corner & bit ? -1 : 1));
    return norm(rowsVec(steps, signs));
  };
  const start = [0, 1, 2, 4].reduce((best, corner) => (length(corner) < length(best) - 1e-9 ? corner : best));
  return [
    [1, 2, 4],
    [1, 4, 2],
    [2, 1, 4],
    [2, 4, 1],
    [4, 1, 2],
    [4, 2, 1],
  ].map(([a, b]) => [start, start ^ a!, start ^ a! ^ b!, start ^ 7]);
}

/** Adds weight · share of the tetrahedron below each energy. */
function add(out: Float64Array, energies: ArrayLike<number>, e: Float64Array, weight: number): void {
  let i = firstAbove(energies, e[0]!);
  for (; i < out.length && energies[i]! < e[3]!; i++) out[i]! += weight * shareBelow(energies[i]!, e);
  for (; i < out.length; i++) out[i]! += weight;
}

/**
 * Returns the share of a tetrahedron below ε, for a linear function with corner values e₁ ≤ e₂ ≤ e₃
 * ≤ e₄ and e₁ < ε < e₄ [BJA94 eqs. A3-A6]. Each case divides only by differences positive in it.
 */
function shareBelow(energy: number, [e1, e2, e3, e4]: Float64Array): number {
  if (energy < e2!) return (energy - e1!) ** 3 / ((e2! - e1!) * (e3! - e1!) * (e4! - e1!));
  if (energy >= e3!) return 1 - (e4! - energy) ** 3 / ((e4! - e1!) * (e4! - e2!) * (e4! - e3!));
  const [e21, e31, e41, e32, e42, d] = [e2! - e1!, e3! - e1!, e4! - e1!, e3! - e2!, e4! - e2!, energy - e2!];
  return (e21 * e21 + 3 * e21 * d + 3 * d * d - ((e31 + e42) / (e32 * e42)) * d ** 3) / (e31 * e41);
}

/** Returns the index of the first of ascending `energies` above `e`. */
const firstAbove = (energies: ArrayLike<number>, e: number): number =>
  firstIndex(energies.length, (i) => energies[i]! > e);
