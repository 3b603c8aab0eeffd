/** Estimated errors of a level [Ha]: how far it is above the better one. */
export interface LevelErrors {
  /** From the potential of the run to that of the self-consistent density. */
  readonly scf: number;
  /** From there to a larger basis, orbitals and potential. */
  readonly basis: number;
}

/** One level. Hartree atomic units, not shifted. */
export interface BandEnergy {
  /** Counted from 1. */
  readonly index: number;
  /** [Ha] */
  readonly energy: number;
  /** Ends of the interval around the exact level of the infinite basis [Ha]; with error bars. */
  readonly lower?: number;
  readonly upper?: number;
  /** Where they were asked for; no bounds. */
  readonly errors?: LevelErrors;
  /** Whether the interval is proved. */
  readonly guaranteed?: boolean;
  /** What the interval's width is made of [Ha]. */
  readonly parts?: {
    readonly discretisation: number;
    readonly algorithmic: number;
    readonly arithmetic: number;
  };
}

/** Levels at one k-point; spin-polarised runs list the k-points once for each spin. */
export interface BandsAtK {
  /** Fractional. */
  readonly k: readonly [number, number, number];
  readonly spin?: 0 | 1;
  readonly bands: readonly BandEnergy[];
}
