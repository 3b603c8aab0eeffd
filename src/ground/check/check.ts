/** One thing that a right answer has, as it was measured. */
export interface Check {
  readonly name: string;
  /** What was measured, in the unit that `text` names; zero is perfect. */
  readonly value: number;
  /** The most that is allowed. */
  readonly limit: number;
  /** Why it may be so much. */
  readonly why: string;
  readonly passed: boolean;
  /** What was found, in one sentence. */
  readonly text: string;
}

/** Makes a check that passes up to its limit; what is no number does not. */
export const upTo = (name: string, value: number, limit: number, why: string, text: string): Check => ({
  name,
  value,
  limit,
  why,
  passed: value <= limit,
  text,
});

/** Three digits of a number, for sentences. */
export const short = (x: number): string => x.toExponential(2);
