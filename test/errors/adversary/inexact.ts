import { UNIT_ROUNDOFF } from "../../../src/interval/rounding.ts";

/** The result of an operation: whole numbers, such as indices, are exact in any arithmetic. */
export type Round = (exact: number, operator: string) => number;
const whole = (round: Round) => (x: unknown, operator: string) =>
  typeof x !== "number" || Number.isInteger(x) ? x : round(x, operator);

/** Every result as far from the exact one as a rounding may be, away from zero. */
export const outwards: Round = (x) => x * (1 + UNIT_ROUNDOFF);
/** Every result as far as a rounding may be towards zero. */
export const inwards: Round = (x) => x * (1 - UNIT_ROUNDOFF);
/** Results of some operators alone are off, by a share of their own. */
export const only =
  (operators: readonly string[], share: number): Round =>
  (x, operator) =>
    operators.includes(operator) ? x * (1 + share) : x;
/** Round to nearest, 24 bits: as a machine does it. */
export const single: Round = Math.fround;

/** Runs something while modules imported with `?coarse` round in this way. */
export function rounding<Result>(round: Round, run: () => Result): Result {
  const shared = globalThis as { roundResult?: (x: unknown, operator: string) => unknown };
  shared.roundResult = whole(round);
  try {
    return run();
  } finally {
    delete shared.roundResult;
  }
}
