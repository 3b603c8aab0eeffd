import type { Above, Below } from "../../interval/sides.ts";

/**
 * A proved interval of a band energy. Only `certifyBands` makes these, from enclosed arithmetic.
 */
export interface BandEnclosure {
  readonly kind: "bound";
  /** From 1: the bound is on the index-th eigenvalue counted with multiplicity. */
  readonly index: number;
  /** Ends of the interval that holds the eigenvalue [Ha]. */
  readonly lower: Below;
  readonly upper: Above;
  /** The Ritz value of the trial vectors in that interval: what was computed, an estimate [Ha]. */
  readonly ritz: number;
  /**
   * An estimate of what the width upper − lower consists of [Ha]: finite cutoffs, unconverged trial
   * vectors, rounding. Only lower and upper are guaranteed.
   */
  readonly parts: {
    readonly discretisation: number;
    readonly algorithmic: number;
    readonly arithmetic: number;
  };
  readonly assumptions: readonly string[];
}

/** Largest width of enclosures where none is asked for [Ha]. */
export const USUAL_WIDTH = 1e-4;

/** What every enclosure rests on. */
export const ASSUMPTIONS: readonly string[] = [
  "the operator is the one of the stored problem: every number in it is exactly its binary64 value",
  "binary64 arithmetic rounds to nearest as IEEE 754 says; sums may be in any order and fused multiply-add may be used",
  "fast transforms are the generated straight-line programs with the factors they show",
  "the dense kernels form products and Cholesky factors by the classical sums (no fast matrix multiplication)",
];

/** Why no enclosure was made. Never a wrong one: a failed check gives this. */
export interface NotCertified {
  readonly kind: "not-certified";
  readonly reason: string;
  /** What may help, where anything does. */
  readonly remedy?: string;
}
