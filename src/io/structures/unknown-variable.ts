import { nearest } from "../../common/text/nearest.ts";
import type { TextSource } from "../text-source.ts";

/**
 * Refuses a variable that a program does not have: what was meant would be lost.
 *
 * @param known every variable of the program, or of a part of its input.
 * @param where what has these variables, for the message.
 * @throws InputError with the variable that was probably meant.
 */
export function refuseUnknown(
  source: TextSource,
  key: string,
  at: number,
  known: ReadonlySet<string>,
  where: string,
): void {
  if (known.has(key)) return;
  const meant = nearest(key, known);
  source.fail(at, `a variable of ${where}${meant === undefined ? "" : `; did you mean ${meant}?`}`, key);
}
