import { type Check, upTo } from "../../../ground/check/check.ts";
import type { SelfCheckOptions } from "../../../ground/check/self-check.ts";
import type { GroundState } from "../../../ground/ground-state.ts";

/** Checks a state. An error on the way is a check that failed: the result is kept. */
export async function checksOf(
  state: Pick<GroundState, "check">,
  options: SelfCheckOptions,
): Promise<readonly Check[]> {
  try {
    return await state.check(options);
  } catch (error) {
    const text = `the checks could not be made: ${(error as Error).message}`;
    return [upTo("checks", 1, 0, "the number of times that they broke off", text)];
  }
}
