import { columnNormsAbove } from "../../interval/norms.ts";
import {
  type Above,
  complexGamma,
  exact,
  gamma,
  productAbove,
  SumAbove,
  sizeOf,
  sumAbove,
} from "../../interval/sides.ts";
import type { Channel, ProjectorPanel } from "../problem/projectors.ts";

/** The columns P h on the first rows of a panel. */
export interface NonlocalColumns {
  readonly values: Float64Array;
  /** ‖column‖₂ and ‖true column − column‖₂, from above. */
  readonly norms: readonly Above[];
  readonly errors: readonly Above[];
}

export function nonlocalColumns(
  channels: readonly Channel[],
  panel: ProjectorPanel,
  rows: number,
): NonlocalColumns {
  const values = new Float64Array(2 * rows * panel.columns);
  const errors = Array.from({ length: panel.columns }, () => new SumAbove());
  for (const { l, h, first } of channels)
    for (let i = 0; i < h.length; i++)
      for (let m = 0; m < 2 * l + 1; m++) {
        const to = first + i * (2 * l + 1) + m;
        for (let j = 0; j < h.length; j++) {
          const from = first + j * (2 * l + 1) + m;
          for (let r = 0; r < 2 * rows; r++)
            values[2 * rows * to + r]! += h[i]![j]! * panel.values[2 * panel.rows * from + r]!;
          // an addend meets its product and at most h.length sums
          const rounding = productAbove(gamma(h.length + 1), panel.norms[from]!);
          errors[to]!.addProduct(sizeOf(h[i]![j]!), sumAbove(panel.errors[from]!, rounding));
        }
      }
  return {
    values,
    norms: columnNormsAbove(values, rows, panel.columns),
    errors: errors.map(({ value }) => value),
  };
}

/**
 * A bound of ‖P (Ph)ᴴ − fl(P (Ph)ᴴ)‖₂ where the product was added to a matrix whose sum has
 * Frobenius norm `sum`: column by column, since every term is of rank one. What the matrix was
 * before is at most the sum and the product, and the product's own rounding, of second order, is in
 * the count's spare roundings.
 */
export function nonlocalProductError(
  panel: Pick<ProjectorPanel, "columns" | "norms" | "errors">,
  columns: Pick<NonlocalColumns, "norms" | "errors">,
  sum: Above,
): Above {
  if (panel.columns === 0) return exact(0);
  const error = new SumAbove();
  const sizes = new SumAbove();
  for (let c = 0; c < panel.columns; c++) {
    const [p, dp, g, dg] = [panel.norms[c]!, panel.errors[c]!, columns.norms[c]!, columns.errors[c]!];
    error.addProduct(dp, sumAbove(g, dg)).addProduct(p, dg);
    sizes.addProduct(p, g);
  }
  return sumAbove(
    error.value,
    productAbove(complexGamma(panel.columns), sumAbove(sizes.value, sizes.value, sum)),
  );
}
