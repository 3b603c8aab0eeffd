import { requireInput } from "../common/failure.ts";
import { words } from "./file-numbers.ts";
import { parseGth } from "./gth-format.ts";
import type { Pseudopotential } from "./pseudopotential.ts";
import { parsePsp8 } from "./psp8.ts";
import { parseUpf } from "./upf.ts";

/**
 * The pseudopotential of an element in a file's text, whose format shows in the text: UPF, ABINIT's psp8, or GTH
 * potentials as CP2K has them, of which the one with the smallest valence charge is taken.
 *
 * @param file its name, for messages.
 * @throws InputError naming the file, what is wrong in it and where.
 */
export function parsePseudopotential(text: string, element: string, file: string): Pseudopotential {
  const found = readAny(text, element, file);
  requireInput(
    found?.element === element,
    () =>
      `pseudopotentials.${element}: must be a file with an entry for ${element}, got ${JSON.stringify(file)}; it has ${found?.element ?? "none"}`,
  );
  return found;
}

function readAny(text: string, element: string, file: string): Pseudopotential | undefined {
  if (/<UPF[\s>]|<PP_HEADER[\s>]/.test(text)) return parseUpf(text, file);
  if (isAbinit(text)) return parsePsp8(text, file);
  const entries = parseGth(text).filter((entry) => entry.element === element);
  return entries.sort((a, b) => a.charge - b.charge)[0];
}

/** ABINIT's files: a title, then Z, charge and date, then six numbers of which the first says the format. */
function isAbinit(text: string): boolean {
  const [, second = "", third = ""] = text.split(/\r?\n/, 3);
  const startsWith = (line: string, count: number) => {
    const first = words(line).slice(0, count);
    return first.length === count && first.every((word) => Number.isFinite(Number(word)));
  };
  return startsWith(second, 3) && startsWith(third, 5);
}
