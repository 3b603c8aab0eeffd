import { InputError, requireInput } from "../common/failure.ts";
import { words } from "./files/file-numbers.ts";
import { parsePsp8 } from "./files/psp8.ts";
import { parseUpf } from "./files/upf.ts";
import { type GthEntry, parseGth } from "./gth/gth-format.ts";
import type { Pseudopotential } from "./pseudopotential.ts";

/**
 * Reads the pseudopotential of an element from a file's text, whose format shows in the text: UPF,
 * ABINIT's psp8, or GTH potentials as CP2K has them. Of several GTH entries for the element the one
 * is taken that the file also calls by the plain name of its family, as in
 * `Cu GTH-PBE-q11 GTH-PBE`.
 *
 * @param file its name, for messages.
 * @throws InputError naming the job's field, the file, what is wrong in it and where.
 */
export function parsePseudopotential(text: string, element: string, file: string): Pseudopotential {
  const field = `pseudopotentials.${element}`;
  try {
    const found = readAny(text, element, file);
    requireInput(
      found?.element === element,
      () =>
        `must be a file with an entry for ${element}, got ${JSON.stringify(file)}; it has ${found?.element ?? "none"}`,
    );
    return found;
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${field}: ${error.message}`) : error;
  }
}

function readAny(text: string, element: string, file: string): Pseudopotential | undefined {
  if (/<UPF[\s>]|<PP_HEADER[\s>]/.test(text)) return parseUpf(text, file);
  if (isAbinit(text)) return parsePsp8(text, file);
  return chosenGth(
    parseGth(text, file).filter((entry) => entry.element === element),
    file,
  );
}

/** @throws InputError for several entries that the file does not tell the choice among. */
function chosenGth(entries: readonly GthEntry[], file: string): Pseudopotential | undefined {
  const plain = entries.filter(({ name, otherNames }) => otherNames.includes(name.replace(/-q\d+$/, "")));
  const chosen = entries.length === 1 ? entries : plain;
  requireInput(
    entries.length === 0 || chosen.length === 1,
    () =>
      `${file}: must hold one entry for ${entries[0]!.element}, or one that it also calls by the plain name of its family, ` +
      `got ${entries.map(({ name }) => name).join(", ")}; keep the one you mean in a file of its own`,
  );
  if (chosen.length === 0) return undefined;
  const { otherNames: _, ...potential } = chosen[0]!;
  return potential;
}

/** Recognises ABINIT's files: a title, then Z, charge and date, then six numbers, format first. */
function isAbinit(text: string): boolean {
  const [, second = "", third = ""] = text.split(/\r?\n/, 3);
  const startsWith = (line: string, count: number) => {
    const first = words(line).slice(0, count);
    return first.length === count && first.every((word) => Number.isFinite(Number(word)));
  };
  return startsWith(second, 3) && startsWith(third, 5);
}
