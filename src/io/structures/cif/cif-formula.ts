import type { StructureAtom } from "../../../model/structure.ts";
import type { TextSource } from "../../text-source.ts";
import { elementOfSymbol } from "../element-label.ts";
import { type CifBlock, cifNumber, isUnknown } from "./cif-syntax.ts";

/**
 * Compares the atoms of the cell with Z formula units of the file's formula; without Z any multiple
 * fits. A formula of the whole cell such as `Ga2 N2` with Z = 2, as written by pymatgen and the
 * Materials Project, fits too.
 *
 * @param insists whether a difference gives a warning instead of an error.
 * @throws InputError for a difference, and for hydrogens mentioned but not listed.
 */
export function checkFormula(
  source: TextSource,
  { columns, places }: CifBlock,
  atoms: readonly StructureAtom[],
  insists: boolean,
): void {
  const refuse = (at: number, expected: string, found: string) => {
    if (!insists) source.fail(at, expected, found);
    source.warn(at, `${expected} would be expected, got ${found}: went on as asked`);
  };
  const attached = columns.get("_atom_site_attached_hydrogens")?.find(({ text }) => cifNumber(text) > 0);
  const [sum] = columns.get("_chemical_formula_sum") ?? [];
  if (sum === undefined || isUnknown(sum)) {
    if (attached !== undefined)
      refuse(
        attached.at,
        "a structure that lists its hydrogens as atoms; allowFormulaMismatch goes on",
        `${attached.text} attached to one`,
      );
    return;
  }
  const at = places.get("_chemical_formula_sum")!.at;
  const unit = formulaIn(sum.text);
  if (unit === undefined) {
    source.warn(at, `formula ${sum.text} is not understood: atoms were not compared with it`);
    return;
  }
  const held = new Map<string, number>();
  for (const { element } of atoms) held.set(element, (held.get(element) ?? 0) + 1);
  const [units] = columns.get("_cell_formula_units_z") ?? [];
  const z = units === undefined || isUnknown(units) ? undefined : cifNumber(units.text);
  const [[first = "", share = 1] = []] = [...unit];
  const isHeld = (ratio: number) =>
    [...new Set([...unit.keys(), ...held.keys()])].every(
      (element) => Math.abs((held.get(element) ?? 0) - ratio * (unit.get(element) ?? 0)) < 1e-3,
    ) && ratio > 0;
  const isOfCell = z !== undefined && [...unit.values()].every((count) => count % z === 0);
  if (!isHeld(z ?? (held.get(first) ?? 0) / share) && !(isOfCell && isHeld(1)))
    refuse(
      at,
      `the formula of the atoms in the cell, ${written(held)}${z === undefined ? ", up to a factor" : ""}; ` +
        `allowFormulaMismatch goes on with the atoms`,
      `${sum.text}${z === undefined ? "" : ` times Z = ${z}`}`,
    );
}

/** Reads element counts from `C2 H6 O` or `C2H6O`, without charges at the end; else undefined. */
function formulaIn(text: string): Map<string, number> | undefined {
  const counts = new Map<string, number>();
  const rest = text
    .replace(/\s+\d*[+-]\d*$/, "")
    .replace(/([A-Z][a-z]?)(\d+\.?\d*|\.\d+)?/g, (word, symbol: string, count: string | undefined) => {
      const element = elementOfSymbol(symbol);
      if (element === undefined) return word;
      counts.set(element, (counts.get(element) ?? 0) + Number(count ?? 1));
      return "";
    });
  return rest.trim() === "" && counts.size > 0 ? counts : undefined;
}

const written = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([element, count]) => `${element}${count === 1 ? "" : count}`).join(" ");
