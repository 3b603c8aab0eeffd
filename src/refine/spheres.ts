import { gridIndex } from "../basis/grid.ts";
import type { KPoint } from "../basis/kpoint.ts";
import { invariant } from "../common/failure.ts";
import type { GridSize } from "../kernels/kernels.ts";

/**
 * Returns the index in a larger sphere of every plane wave of a smaller one at the same k-point.
 *
 * @param size FFT grid of the larger sphere.
 */
export function indicesIn(larger: KPoint, size: GridSize, smaller: KPoint): Int32Array {
  const position = new Map<number, number>();
  larger.gridIndex.forEach((at, i) => {
    position.set(at, i);
  });
  return Int32Array.from({ length: smaller.planeWaves }, (_, i) => {
    const [x, y, z] = smaller.gVectors.subarray(3 * i, 3 * i + 3);
    const found = position.get(gridIndex(size, x!, y!, z!));
    invariant(found !== undefined, () => `plane wave [${x}, ${y}, ${z}] is not in the larger sphere`);
    return found;
  });
}

/**
 * to ← to + panel on the larger sphere, for the columns that the panel has.
 *
 * @param to complex panel [n × any].
 * @param n plane waves of the larger sphere.
 * @param panel complex panel [rows.length × any].
 * @param rows index in the larger sphere of each row of the panel.
 */
export function addRows(to: Float64Array, n: number, panel: Float64Array, rows: Int32Array): void {
  const m = rows.length;
  const nVectors = panel.length / (2 * m);
  for (let j = 0; j < nVectors; j++)
    for (let i = 0; i < m; i++) {
      const at = 2 * (rows[i]! + n * j);
      const from = 2 * (i + m * j);
      to[at]! += panel[from]!;
      to[at + 1]! += panel[from + 1]!;
    }
}
