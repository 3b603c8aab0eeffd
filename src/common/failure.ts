import { plainLine } from "./text/plain-text.ts";

/**
 * Input that cannot be used. The message is one line: function or field, rule, value, remedy.
 * Control characters of what was found are written out in it, and of a very long line the middle
 * is left out.
 */
export class InputError extends Error {
  override readonly name = "InputError";

  constructor(message: string) {
    super(shortened(plainLine(message)));
  }
}

/** Longer lines were made long by what was found. */
const LONGEST = 1000;
const shortened = (line: string): string =>
  line.length <= LONGEST ? line : `${line.slice(0, 600)} … ${line.slice(-300)}`;

/** Names an option as its caller wrote it: `bands.points` in TypeScript, `--points` in commands. */
export type OptionName = (option: string) => string;

/** An option has a value that cannot be used, or stands beside another that excludes it. */
export class OptionError extends InputError {
  readonly line: (name: OptionName) => string;

  /**
   * @param owner name of the function that takes the option.
   * @param line the message, in the words of whoever wrote the options that it names.
   */
  constructor(owner: string, line: (name: OptionName) => string) {
    super(line((option) => `${owner}.${option}`));
    this.line = line;
  }
}

/** A calculation did not converge although a converged result was asked for. */
export class NotConvergedError extends Error {
  override readonly name = "NotConvergedError";
}

/** @throws InputError with the text of `message` unless `condition` holds. */
export function requireInput(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new InputError(message());
}

/** @throws OptionError with the text of `line` unless `condition` holds. */
export function requireOption(
  condition: boolean,
  owner: string,
  line: (name: OptionName) => string,
): asserts condition {
  if (!condition) throw new OptionError(owner, line);
}

/** A broken invariant of our own. @throws Error starting with "bug:" unless `condition` holds. */
export function invariant(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new Error(`bug: ${message()}`);
}
