/** A specification of Observable Plot, in its own words. */
export interface Figure {
  readonly marks?: readonly unknown[];
  readonly x?: Readonly<Record<string, unknown>>;
  readonly y?: Readonly<Record<string, unknown>>;
  readonly [option: string]: unknown;
}
/** The functions of Plot that make marks. */
export type Marks = Readonly<Record<string, (...given: unknown[]) => unknown>> &
  Readonly<Record<"dot" | "line" | "ruleX" | "ruleY" | "text", (...given: unknown[]) => unknown>>;

/** How any picture is drawn. Its types are ours: declarations need those of no other package. */
export interface Drawing {
  /** Width [px], 96 to the inch; letters keep their size. Default 680. */
  readonly width?: number | undefined;
  /**
   * Changes the specification of the picture's main panel before it is drawn: marks added, an axis
   * of one's own.
   */
  readonly adapt?: ((figure: Figure, plot: Marks) => Figure) | undefined;
}
