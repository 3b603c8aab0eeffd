import type { Kernels } from "../../kernels/kernels.ts";
import { type NonlocalColumns, nonlocalColumns } from "../apply/nonlocal-error.ts";
import type { EnclosedProblem, WaveSet } from "../problem/enclosed-hamiltonian.ts";
import { writeCoefficients } from "../problem/potential-table.ts";

/** Writes V between `rows` rows from row0 on and the first nX waves to `block` [rows × nX]. */
export type CouplingBlock = (block: Float64Array, row0: number, rows: number) => void;

/**
 * @param mostRows most rows asked for at once
 * @param take a source of temporaries that lives as long as the block
 */
export function couplingBlock(
  kernels: Kernels,
  { table, channels }: EnclosedProblem,
  { waves: { g }, panel }: WaveSet,
  nX: number,
  mostRows: number,
  take: (length: number) => Float64Array,
): { readonly write: CouplingBlock; readonly columns: NonlocalColumns } {
  const columns = nonlocalColumns(channels, panel, nX);
  const width = Math.max(1, panel.columns);
  const [right, left] = [take(2 * nX * width), take(2 * mostRows * width)];
  right.set(columns.values);
  const write: CouplingBlock = (block, row0, rows) => {
    writeCoefficients(block, table, g, row0, rows, nX);
    if (panel.columns === 0) return;
    for (let c = 0; c < panel.columns; c++) {
      const from = 2 * (panel.rows * c + row0);
      left.set(panel.values.subarray(from, from + 2 * rows), 2 * rows * c);
    }
    kernels.gemm("N", "C", rows, nX, panel.columns, 1, left, rows, right, nX, 1, block, rows);
  };
  return { write, columns };
}
