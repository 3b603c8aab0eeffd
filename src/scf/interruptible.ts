import { NotConvergedError } from "../common/failure.ts";
import type { ScfOutcome } from "./options.ts";
import type { ScfStep } from "./state.ts";

/**
 * Passes steps on until a signal stops the work inside one of them: the iteration then ends with the last whole step.
 *
 * @throws NotConvergedError if it was the first step.
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
