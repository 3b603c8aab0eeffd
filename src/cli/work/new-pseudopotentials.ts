import { findGth, gthFamilyName } from "../../atoms/gth/gth-table.ts";
import { requireInput } from "../../common/failure.ts";
import { pseudopotentialsText } from "../../job/prepare/pseudopotentials-in-use.ts";
import type { JobFile } from "../../job/schema/schema.ts";
import { formula, type Structure } from "../../model/structure.ts";

/** Says which shipped entry a new job takes for each element. */
export function takenText(job: JobFile, { atoms }: Structure): string {
  const { pseudopotentials: choice = {} } = job;
  const elements = [...new Set(atoms.map(({ element }) => element))];
  const taken = elements.map((element) => {
    const entry = findGth(element, typeof choice === "string" ? choice : choice[element]!);
    return [element, { name: gthFamilyName(entry), electrons: entry.charge }] as const;
  });
  return pseudopotentialsText(Object.fromEntries(taken));
}

/**
 * Reads `gth-pbe`, or `Cu=gth-lda-q1,O=gth-lda`.
 *
 * @throws InputError for an element that the structure has not, or one named twice.
 */
export function pseudopotentialsOf(
  text: string | undefined,
  { atoms }: Structure,
): string | Record<string, string> | undefined {
  if (text === undefined || !text.includes("=")) return text;
  const pairs = text.split(",").map((part) => part.split("=").map((word) => word.trim()));
  const symbols = pairs.map(([symbol]) => symbol);
  for (const [symbol, entry, ...rest] of pairs)
    requireInput(
      Boolean(entry) &&
        rest.length === 0 &&
        atoms.some(({ element }) => element === symbol) &&
        symbols.indexOf(symbol) === symbols.lastIndexOf(symbol),
      () =>
        `--pseudopotentials: must name an entry for elements of ${formula({ atoms })}, got ${text}; such as gth-pbe or ${atoms[0]?.element}=gth-lda`,
    );
  return Object.fromEntries(pairs);
}
