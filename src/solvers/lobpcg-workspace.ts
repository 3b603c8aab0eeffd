import type { Arithmetic } from "../kernels/kernels.ts";

/** Small dense matrices of one solve. */
export interface SmallMatrices {
  /** SᴴHS and SᴴS of the last search. */
  readonly a: Float64Array;
  readonly g: Float64Array;
  /** Cholesky factor of SᴴS. */
  readonly factor: Float64Array;
  /** SᴴHS in an orthonormal basis, for the eigensolver to overwrite. */
  readonly reduced: Float64Array;
  /** Eigenvectors, later the coefficients of the new X. */
  readonly c: Float64Array;
  /** Coefficients of the new P. */
  readonly cP: Float64Array;
  /** XᴴP of the current X and P, m × nP. */
  readonly xp: Float64Array;
  /** PᴴHP, nP × nP. */
  readonly php: Float64Array;
  readonly scratch: Float64Array;
}

/**
 * Panels and small matrices for at most `maxVectors` vectors of at most `maxLength` elements,
 * `width` numbers each or fewer. Shapes below are for complex elements.
 */
export interface LobpcgWorkspace {
  readonly width: 1 | 2;
  readonly maxLength: number;
  readonly maxVectors: number;
  /** Most columns d of P and of W. */
  readonly maxDirections: number;
  /** S = [X P W] and H S, [2·n·(m + 2d)] each. */
  readonly s: Float64Array;
  readonly hs: Float64Array;
  /** [2·n·m] */
  readonly t: Float64Array;
  /** Small dense matrices, [2·(m + 2d)²] each, or as said there. */
  readonly small: SmallMatrices;
  readonly values: Float64Array;
  readonly norms: Float64Array;
}

/** Returns the bytes of a workspace for complex n × m panels and d directions. */
export const lobpcgBytes = (n: number, m: number, d: number): number =>
  16 * (n * (2 * (m + 2 * d) + m) + 7 * (m + 2 * d) ** 2 + m * d + d ** 2);

/**
 * Allocates a workspace for vectors of this kind of numbers; one for complex ones serves real ones.
 *
 * @param maxDirections most directions searched at once, from 1 to `maxVectors`; fewer take less
 *   memory and more iterations. Default `maxVectors`.
 */
export function lobpcgWorkspace(
  { alloc, width }: Pick<Arithmetic, "alloc" | "width">,
  maxLength: number,
  maxVectors: number,
  maxDirections = maxVectors,
): LobpcgWorkspace {
  const columns = maxVectors + 2 * maxDirections;
  const panel = (count: number) => alloc(width * maxLength * count);
  const square = () => alloc(width * columns ** 2);
  return {
    width,
    maxLength,
    maxVectors,
    maxDirections,
    s: panel(columns),
    hs: panel(columns),
    t: panel(maxVectors),
    small: {
      a: square(),
      g: square(),
      factor: square(),
      reduced: square(),
      c: square(),
      cP: square(),
      xp: alloc(width * maxVectors * maxDirections),
      php: alloc(width * maxDirections ** 2),
      scratch: square(),
    },
    values: alloc(columns),
    norms: alloc(columns),
  };
}
