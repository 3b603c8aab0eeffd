/** The caller gave something that cannot be used. The message is one line: function or field, rule, value, remedy. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** A converged result was demanded of a calculation that did not converge. */
export class NotConvergedError extends Error {
  override readonly name = "NotConvergedError";
}

/** @throws InputError with the text of `message` unless `condition` holds. */
export function requireInput(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new InputError(message());
}

/** A broken invariant of our own. @throws Error starting with "bug:" unless `condition` holds. */
export function invariant(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new Error(`bug: ${message()}`);
}
