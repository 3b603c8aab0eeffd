import { invariant } from "../../common/failure.ts";
import type { GridSize } from "../kernels.ts";

/** Adjacent grid lines with plane waves: from `first` on the grid, from `boxed` in the box. */
export interface Run {
  readonly first: number;
  readonly boxed: number;
  readonly length: number;
}

/**
 * Packed columns (lines along z) with plane waves: the box of all occupied x and all occupied y.
 * Few of its columns are empty (a disc fills π/4 of its square), and few rectangles copy it to the
 * grid.
 */
export interface SphereBox {
  /** Number of occupied x. The box is an array [nz][occupied y][nx], whose z stride is `width`. */
  readonly nx: number;
  /** Number of columns, with padding. */
  readonly width: number;
  readonly xRuns: readonly Run[];
  readonly yRuns: readonly Run[];
  /** Position of each plane wave in the box, in the order given. */
  readonly positions: Int32Array;
}

/** An axis with more gaps is copied whole, which is cheaper than many calls. */
const MOST_RUNS = 3;

export function sphereBox([nx, ny, nz]: GridSize, gridIndex: Int32Array): SphereBox {
  const used = new Uint8Array(nx * ny * nz);
  const [occupiedX, occupiedY] = [new Uint8Array(nx), new Uint8Array(ny)];
  for (const index of gridIndex) {
    invariant(index >= 0 && index < used.length, () => `sphereFft: index ${index} is outside the grid`);
    invariant(used[index] === 0, () => `sphereFft: index ${index} is given twice`);
    used[index] = 1;
    occupiedX[index % nx] = 1;
    occupiedY[Math.floor(index / nx) % ny] = 1;
  }
  const [xRuns, yRuns] = [runsOf(occupiedX), runsOf(occupiedY)];
  const [boxX, boxY] = [positionsIn(nx, xRuns), positionsIn(ny, yRuns)];
  const [countX, countY] = [lengthOf(xRuns), lengthOf(yRuns)];
  // 4 mod 8: a few widths serve all k-points, which then share plans, and no stride is a multiple
  // of a large power of two, which would put a whole column into one cache set.
  const width = 8 * Math.ceil((countX * countY - 4) / 8) + 4;
  return {
    nx: countX,
    width,
    xRuns,
    yRuns,
    positions: gridIndex.map((index) => {
      const [x, y, z] = [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny))];
      return z * width + boxY[y]! * countX + boxX[x]!;
    }),
  };
}

function runsOf(occupied: Uint8Array): Run[] {
  const runs: { first: number; boxed: number; length: number }[] = [];
  let boxed = 0;
  for (let i = 0; i < occupied.length; i++)
    if (occupied[i]) {
      if (i > 0 && occupied[i - 1]) runs[runs.length - 1]!.length++;
      else runs.push({ first: i, boxed, length: 1 });
      boxed++;
    }
  return runs.length > MOST_RUNS ? [{ first: 0, boxed: 0, length: occupied.length }] : runs;
}

const lengthOf = (runs: readonly Run[]): number => runs.reduce((sum, { length }) => sum + length, 0);

function positionsIn(n: number, runs: readonly Run[]): Int32Array {
  const columns = new Int32Array(n).fill(-1);
  for (const { first, boxed, length } of runs)
    for (let i = 0; i < length; i++) columns[first + i] = boxed + i;
  return columns;
}
