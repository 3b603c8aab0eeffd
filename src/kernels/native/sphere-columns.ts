import { invariant } from "../../common/failure.ts";
import type { GridSize } from "../kernels.ts";

/** Where a set of plane waves touches the grid. */
export interface SphereColumns {
  /** y·nx + x of each column (line along z) that holds a plane wave, ascending. */
  readonly places: Int32Array;
  /** Columns including padding: the stride of z in an array [nz][width] of columns. */
  readonly width: number;
  /** Position of each plane wave in that array, in the order given. */
  readonly positions: Int32Array;
  /** Runs of neighbouring x that hold a column: [first, length]. */
  readonly runs: readonly (readonly [first: number, length: number])[];
}

/** A grid line of few gaps is cheaper to transform whole than in many calls. */
const MOST_RUNS = 4;

export function sphereColumns([nx, ny, nz]: GridSize, gridIndex: Int32Array): SphereColumns {
  const area = nx * ny;
  const seen = new Uint8Array(area * nz);
  const columnOf = new Int32Array(area).fill(-1);
  for (const index of gridIndex) {
    invariant(index >= 0 && index < seen.length, () => `sphereFft: index ${index} is outside the grid`);
    invariant(seen[index] === 0, () => `sphereFft: index ${index} is given twice`);
    seen[index] = 1;
    columnOf[index % area] = 0;
  }
  const places: number[] = [];
  const occupied = new Uint8Array(nx);
  for (let p = 0; p < area; p++)
    if (columnOf[p] === 0) {
      columnOf[p] = places.length;
      places.push(p);
      occupied[p % nx] = 1;
    }
  // 4 mod 8: a few widths serve all k-points, so they share plans, and no stride is a multiple of a large power of two,
  // which would make all the numbers of a column fall into the same cache set.
  const width = 8 * Math.ceil((places.length - 4) / 8) + 4;
  const runs: [number, number][] = [];
  for (let x = 0; x < nx; x++)
    if (occupied[x]) {
      if (x > 0 && occupied[x - 1]) runs[runs.length - 1]![1]++;
      else runs.push([x, 1]);
    }
  return {
    places: Int32Array.from(places),
    width,
    positions: gridIndex.map((index) => Math.floor(index / area) * width + columnOf[index % area]!),
    runs: runs.length > MOST_RUNS ? [[0, nx]] : runs,
  };
}
