import { inflated, norm2Above } from "../../interval/accumulated.ts";
import { UNIT_ROUNDOFF } from "../../interval/rounding.ts";
import { type Channel, complexGamma, type ProjectorPanel } from "../problem/projectors.ts";

/** The columns P h on the first rows of a panel. */
export interface NonlocalColumns {
  readonly values: Float64Array;
  /** ‖column‖₂ and ‖true column − column‖₂, from above. */
  readonly norms: readonly number[];
  readonly errors: readonly number[];
}

export function nonlocalColumns(
  channels: readonly Channel[],
  panel: ProjectorPanel,
  rows: number,
): NonlocalColumns {
  const values = new Float64Array(2 * rows * panel.columns);
  const errors = new Array<number>(panel.columns).fill(0);
  for (const { l, h, first } of channels)
    for (let i = 0; i < h.length; i++)
      for (let m = 0; m < 2 * l + 1; m++) {
        const to = first + i * (2 * l + 1) + m;
        for (let j = 0; j < h.length; j++) {
          const from = first + j * (2 * l + 1) + m;
          for (let r = 0; r < 2 * rows; r++)
            values[2 * rows * to + r]! += h[i]![j]! * panel.values[2 * panel.rows * from + r]!;
          const size = Math.abs(h[i]![j]!);
          errors[to]! +=
            size * (panel.errors[from]! + (h.length + 2) * 4 * UNIT_ROUNDOFF * panel.norms[from]!);
        }
      }
  return {
    values,
    norms: errors.map((_, c) => norm2Above(values, 2 * rows * c, 2 * rows * (c + 1))),
    errors: errors.map((e) => inflated(e, 16)),
  };
}

/**
 * A bound of ‖P (Ph)ᴴ − fl(P (Ph)ᴴ)‖₂ where the product was added to a matrix whose sum has Frobenius norm `sum`:
 * column by column, since every term is of rank one.
 */
export function nonlocalProductError(panel: ProjectorPanel, columns: NonlocalColumns, sum: number): number {
  if (panel.columns === 0) return 0;
  const gamma = complexGamma(panel.columns + 8);
  let error = 0;
  let sizes = 0;
  for (let c = 0; c < panel.columns; c++) {
    const [p, dp, g, dg] = [panel.norms[c]!, panel.errors[c]!, columns.norms[c]!, columns.errors[c]!];
    error += dp * (g + dg) + p * dg;
    sizes += p * g;
  }
  return inflated(error + gamma * (2 * sizes + sum), panel.columns + 8);
}
