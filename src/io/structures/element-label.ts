import { isElement } from "../../atoms/elements.ts";

/** Hydrogen's isotopes have symbols of their own; electrons do not tell them apart. */
const ISOTOPES: readonly string[] = ["D", "T"];

/**
 * The element of a chemical symbol as it stands in a file; deuterium and tritium are hydrogen in every format.
 *
 * @returns undefined if there is no such element.
 */
export function elementOfSymbol(symbol: string): string | undefined {
  if (isElement(symbol)) return symbol;
  return ISOTOPES.includes(symbol) ? "H" : undefined;
}

/**
 * The element of a label: a chemical symbol alone or followed by a digit, an underscore, a sign, a star, a quote or a
 * bracket with a name of the site behind it: `Fe1`, `Fe_up`, `O2-`, `C1A`, `Si(1)`, `O1'`. Upper and lower case do not matter.
 *
 * Nothing is cut off unread. Letters that are no symbol as a whole (`FeNi`, `OW`), two elements (`Fe_Ni`, `Fe1Ni1`, `Fe/Ni`) and
 * shares (`Fe0.5Ni0.5`) are no label of an element.
 *
 * @returns undefined if the label does not name one element.
 */
export function elementOfLabel(label: string): string | undefined {
  const match = /^([A-Za-z]{1,2})(?![A-Za-z])([\d_+\-*'"(]?)(.*)$/.exec(label);
  if (match === null) return undefined;
  const [, letters = "", mark = "", rest = ""] = match;
  if (mark === "" && rest !== "") return undefined;
  const element = elementOfSymbol(letters.charAt(0).toUpperCase() + letters.slice(1).toLowerCase());
  if (element === undefined) return undefined;
  const behind = mark + rest;
  if (/[/,;:&|<>=%]/.test(behind)) return undefined;
  if (/\d*\.\d/.test(behind) && /[A-Za-z]/.test(behind)) return undefined; // 0.5Ni0.5
  return behind.split(/[^A-Za-z]+/).some(isSecondElement) ||
    (/_[A-Z]$/.test(behind) && isElement(behind.slice(-1)))
    ? undefined
    : element;
}

/** Two letters that are a symbol as it is printed, or a whole formula of them. */
const isSecondElement = (word: string): boolean =>
  word.length >= 2 && /^([A-Z][a-z])+$/.test(word) && (word.match(/[A-Z][a-z]/g) ?? []).every(isElement);
