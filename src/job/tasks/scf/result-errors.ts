import type { BasisError, ErrorEstimates } from "../../../refine/error-estimates.ts";

/** The errors of a result file: estimates without fields on the grid. */
export interface ResultErrors extends Omit<ErrorEstimates, "basis" | "warnings"> {
  readonly basis: Omit<BasisError, "density"> & {
    readonly density: Omit<BasisError["density"], "raw" | "corrected">;
  };
}

/** Returns estimates as a result file holds them. */
export function resultErrors({ basis, ...rest }: Omit<ErrorEstimates, "warnings">): ResultErrors {
  const { raw: _, corrected: __, ...density } = basis.density;
  return { ...rest, basis: { ...basis, density } };
}
