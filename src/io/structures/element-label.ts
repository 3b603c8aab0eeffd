import { isElement } from "../../atoms/elements.ts";

/** Hydrogen's isotopes have symbols of their own; electrons do not tell them apart. */
const ISOTOPES: readonly string[] = ["D", "T"];

/**
 * Returns the element of a chemical symbol; deuterium and tritium are hydrogen.
 *
 * @returns undefined if there is no such element.
 */
export function elementOfSymbol(symbol: string): string | undefined {
  if (isElement(symbol)) return symbol;
  return ISOTOPES.includes(symbol) ? "H" : undefined;
}

/**
 * Returns the element of a label: a chemical symbol, alone or followed by a digit, underscore,
 * sign, star, quote or bracket and a name of the site: `Fe1`, `Fe_up`, `O2-`, `C1A`, `Si(1)`,
 * `O1'`. Upper and lower case do not matter.
 *
 * Other labels are refused as a whole: letters that are no symbol (`FeNi`, `OW`), two elements
 * (`Fe_Ni`, `Fe1Ni1`, `Fe/Ni`) and shares (`Fe0.5Ni0.5`, `Fe1-x`, `Fe(1-2X)`).
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
  if (/\d[-\u2212]\d*[xyzXYZ](?![a-z])/.test(behind)) return undefined; // 1-xNix, (1-2X)
  return behind.split(/[^A-Za-z]+/).some(isSecondElement) ||
    (/_[A-Z]$/.test(behind) && isElement(behind.slice(-1)))
    ? undefined
    : element;
}

/** Two letters that are a symbol as it is printed, or a whole formula of them. */
const isSecondElement = (word: string): boolean =>
  word.length >= 2 && /^([A-Z][a-z])+$/.test(word) && (word.match(/[A-Z][a-z]/g) ?? []).every(isElement);
