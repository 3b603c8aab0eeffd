/** Input that cannot be used. The message is one line: function or field, rule, value, remedy. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** A calculation did not converge although a converged result was asked for. */
export class NotConvergedError extends Error {
  override readonly name = "NotConvergedError";
}

/** Throws an InputError with the text of `message` unless `condition` holds. */
export function requireInput(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new InputError(message());
}

/** Throws an Error beginning "bug:" unless our own invariant `condition` holds. */
export function invariant(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new Error(`bug: ${message()}`);
}
