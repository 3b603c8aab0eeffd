import { invariant } from "../common/failure.ts";
import type { Mat3, Vec3 } from "../common/vec3.ts";
import type { RealField } from "../kernels/fields.ts";
import type { GridSize } from "../kernels/kernels.ts";

/** x → W x + w in fractional coordinates. */
interface Operation {
  readonly rotation: Mat3;
  readonly translation: Vec3;
}

/** f ← mean of f over the orbits of a space group, for every spin component, in place. */
export type Symmetrize = (f: RealField) => void;

/**
 * Averages grid functions over a space group whose operations map the grid onto itself: then the average is a mean
 * over orbits of grid points, exact for every Fourier component including the highest.
 *
 * @param operations a group; the identity alone gives a function that does nothing.
 */
export function symmetrizer(size: GridSize, operations: readonly Operation[]): Symmetrize {
  if (operations.length <= 1) return () => {};
  const [nx, ny, nz] = size;
  const points = nx * ny * nz;
  const orbit = new Int32Array(points).fill(-1);
  const members: number[] = [];
  const maps = operations.map((operation) => gridMap(size, operation));
  let orbits = 0;
  for (let r = 0; r < points; r++) {
    if (orbit[r] !== -1) continue;
    const x = r % nx;
    const y = Math.floor(r / nx) % ny;
    const z = Math.floor(r / (nx * ny));
    let count = 0;
    for (const map of maps) {
      const image = map(x, y, z);
      if (orbit[image] === -1) {
        orbit[image] = orbits;
        count++;
      }
      invariant(orbit[image] === orbits, () => "symmetrizer: the operations are not a group on this grid");
    }
    members.push(count);
    orbits++;
  }
  const sums = new Float64Array(orbits);
  return (f) => {
    for (let offset = 0; offset < f.length; offset += points) {
      sums.fill(0);
      for (let r = 0; r < points; r++) sums[orbit[r]!]! += f[offset + r]!;
      for (let o = 0; o < orbits; o++) sums[o]! /= members[o]!;
      for (let r = 0; r < points; r++) f[offset + r] = sums[orbit[r]!]!;
    }
  };
}

/** The grid point that (x, y, z) goes to. */
function gridMap(
  size: GridSize,
  { rotation, translation }: Operation,
): (x: number, y: number, z: number) => number {
  const integer = (value: number): number => {
    const rounded = Math.round(value);
    invariant(Math.abs(value - rounded) < 1e-6, () => `symmetrizer: operation leaves the grid (${value})`);
    return rounded;
  };
  const w = rotation.map((row, i) => row.map((value, j) => integer((size[i]! * value) / size[j]!)));
  const t = translation.map((value, i) => integer(value * size[i]!));
  const wrap = (value: number, n: number) => ((value % n) + n) % n;
  const row = (i: number, x: number, y: number, z: number) =>
    wrap(w[i]![0]! * x + w[i]![1]! * y + w[i]![2]! * z + t[i]!, size[i]!);
  return (x, y, z) => row(0, x, y, z) + size[0] * (row(1, x, y, z) + size[1] * row(2, x, y, z));
}
