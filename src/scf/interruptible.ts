import { NotConvergedError } from "../common/failure.ts";
import type { ScfOutcome } from "./options.ts";
import type { ScfStep } from "./state.ts";

/**
 * Yields the steps of an iteration until a signal aborts one; ends with the last complete step.
 *
 * @throws NotConvergedError if the first step was aborted.
 */
export async function* interruptible(
  steps: AsyncGenerator<ScfStep, ScfOutcome>,
  signal: AbortSignal | undefined,
): AsyncGenerator<ScfStep, ScfOutcome> {
  let last: ScfStep | undefined;
  try {
    for (;;) {
      const next = await steps.next();
      if (next.done) return next.value;
      last = next.value;
      yield last;
    }
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error;
    if (last === undefined)
      throw new NotConvergedError("interrupted in the first step: there is no result yet");
    return { last, reason: "interrupted" };
  }
}
