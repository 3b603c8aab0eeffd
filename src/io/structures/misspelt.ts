import { editDistance, nearest } from "../../common/nearest.ts";
import type { TextSource } from "../text-source.ts";

/**
 * Refuses a variable that is not read and is one letter away from one that is: what was meant would be lost.
 *
 * @param known variables that are read.
 * @throws InputError with the variable that was probably meant.
 */
export function refuseMisspelt(source: TextSource, key: string, at: number, known: readonly string[]): void {
  if (known.includes(key)) return;
  const meant = nearest(key, known);
  if (meant !== undefined && meant.length > 3 && editDistance(key, meant) <= 1)
    source.fail(at, `a variable of the program; did you mean ${meant}?`, key);
}
