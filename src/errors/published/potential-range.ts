import { requireInput } from "../../common/failure.ts";
import type { GridSize, Kernels } from "../../kernels/kernels.ts";
import { type Estimate, estimate } from "../estimate.ts";
import type { EnclosedProblem } from "../problem/enclosed-hamiltonian.ts";
import { BEYOND_TABLE } from "../problem/potential-table.ts";

/** Least and largest value of the local potential in the cell, its constant left out [Ha]. */
export interface PotentialRange {
  readonly lowest: Estimate;
  readonly highest: Estimate;
}

/**
 * Bounds from values and slopes on a grid: no point is farther from a grid point than ρ, half the
 * longest diagonal of a grid cell, so
 *
 *   V(x) ≥ V(x_j) − |∇V(x_j)| ρ − ½ L₂ ρ²,   L₂ = Σ_G |G|² |W(G)|
 *
 * and likewise from above. The formula holds for exact values; those of the transform have rounding
 * errors that are not followed here, so the result is an estimate. What W has beyond its table
 * enters by its sum.
 *
 * @throws InputError if the grid cannot hold the table.
 */
export function potentialRange(kernels: Kernels, problem: EnclosedProblem, size: GridSize): PotentialRange {
  const { table, reciprocal } = problem;
  const points = size[0] * size[1] * size[2];
  requireInput(
    Array.from(table.g).every((n, i) => 2 * Math.abs(n) < size[i % 3]!),
    () => `potentialRange: the grid must hold all ${table.count} coefficients, got ${size.join("x")}`,
  );
  const middle = reciprocal.vectors.map((row) => row.map(({ lo, hi }) => lo / 2 + hi / 2));
  const cartesian = (e: number): number[] =>
    [0, 1, 2].map((c) => [0, 1, 2].reduce((sum, i) => sum + table.g[3 * e + i]! * middle[i]![c]!, 0));
  const rho = halfDiagonal(middle, size);
  let curvature = 0;
  for (let e = 0; e < table.count; e++)
    curvature += cartesian(e).reduce((sum, x) => sum + x * x, 0) * table.sizes[e]!;
  const slack = 0.5 * curvature * rho * rho + table.sumBeyond(BEYOND_TABLE) + table.errorSum;

  const fft = kernels.fft(size);
  return kernels.scratch((take) => {
    const [value, slope] = [take(2 * points), take(2 * points)];
    const slope2 = new Float64Array(points);
    const synthesise = (out: Float64Array, factor: (e: number) => readonly [re: number, im: number]) => {
      out.fill(0);
      for (let e = 0; e < table.count; e++) {
        const [x, y, z] = [0, 1, 2].map((i) => (table.g[3 * e + i]! + size[i]!) % size[i]!) as [
          number,
          number,
          number,
        ];
        const at = x + size[0] * (y + size[1] * z);
        const a = table.values[2 * e]!;
        const b = table.values[2 * e + 1]!;
        const [re, im] = factor(e);
        out[2 * at] = a * re - b * im;
        out[2 * at + 1] = a * im + b * re;
      }
      fft.inverse(out, out);
    };
    for (let c = 0; c < 3; c++) {
      synthesise(slope, (e) => [0, cartesian(e)[c]!]);
      for (let r = 0; r < points; r++) slope2[r]! += slope[2 * r]! ** 2;
    }
    synthesise(value, () => [1, 0]);
    let [lowest, highest] = [Infinity, -Infinity];
    for (let r = 0; r < points; r++) {
      const reach = Math.sqrt(slope2[r]!) * rho;
      lowest = Math.min(lowest, value[2 * r]! - reach);
      highest = Math.max(highest, value[2 * r]! + reach);
    }
    return { lowest: estimate(lowest - slack), highest: estimate(highest + slack) };
  });
}

/** Half of the longest diagonal of a grid cell [bohr]: vectors aᵢ/nᵢ from bᵢ·aⱼ = 2π δᵢⱼ. */
function halfDiagonal(b: readonly (readonly number[])[], size: GridSize): number {
  const cross = (x: readonly number[], y: readonly number[]): number[] => [
    x[1]! * y[2]! - x[2]! * y[1]!,
    x[2]! * y[0]! - x[0]! * y[2]!,
    x[0]! * y[1]! - x[1]! * y[0]!,
  ];
  const rows = [0, 1, 2].map((i) => cross(b[(i + 1) % 3]!, b[(i + 2) % 3]!));
  const volume = rows[0]!.reduce((sum, x, c) => sum + x * b[0]![c]!, 0);
  const edges = rows.map((row, i) => row.map((x) => (2 * Math.PI * x) / volume / size[i]!));
  let longest = 0;
  for (const s of [1, -1])
    for (const t of [1, -1])
      longest = Math.max(
        longest,
        Math.hypot(...[0, 1, 2].map((c) => edges[0]![c]! + s * edges[1]![c]! + t * edges[2]![c]!)),
      );
  return longest / 2;
}
