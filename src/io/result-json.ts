import { writeAtomically } from "./whole-files.ts";

/** Fields in the order of the contract; others follow in their own order. */
const ORDER = [
  "stillwave",
  "job",
  "converged",
  "status",
  "reason",
  "iterations",
  "energies",
  "fermiLevel",
  "electrons",
  "charge",
  "pseudopotentials",
  "magnetisation",
  "absoluteMagnetisation",
  "atomicMagnetisation",
  "kpoints",
  "history",
  "forces",
  "stress",
  "checks",
  "errors",
  "fftSize",
  "planeWaves",
  "resources",
  "warnings",
];
const ENERGY_ORDER = [
  "total",
  "kinetic",
  "local",
  "nonlocal",
  "hartree",
  "xc",
  "ewald",
  "pspCorrection",
  "dipole",
  "entropy",
];

/**
 * Formats a result file: keys in a fixed order, one line per k-point, atom and SCF step, numbers
 * with the digits that give the same double back (at most 17).
 *
 * @throws Error if a number is not finite: JSON would silently turn it into null.
 */
export function resultText(result: object): string {
  const { energies } = result as { readonly energies?: object };
  // Parts of an energy by name; those of a density of states are a list.
  const hasParts = energies !== undefined && !Array.isArray(energies);
  const ordered = hasParts ? { ...result, energies: inOrder(energies, ENERGY_ORDER) } : result;
  return fileText("result file", inOrder(ordered, ORDER), (list) => typeof list[0] === "object");
}

/** Writes the result file atomically. */
export const writeResult = (path: string, result: object): Promise<void> =>
  writeAtomically(path, [resultText(result)]);

/** Formats a bands file: fields in the order of the object, otherwise like a result file. */
export const bandsText = (bands: object): string => fileText("bands file", bands, () => true);

/** Writes the bands file atomically. */
export const writeBands = (path: string, bands: object): Promise<void> =>
  writeAtomically(path, [bandsText(bands)]);

function inOrder(value: object, order: readonly string[]): Record<string, unknown> {
  const known = order.filter((key) => key in value);
  const others = Object.keys(value).filter((key) => !order.includes(key));
  return Object.fromEntries(
    [...known, ...others].map((key) => [key, (value as Record<string, unknown>)[key]]),
  );
}

/** A line for each field, and for each item of the lists that `isLong` names. */
function fileText(file: string, fields: object, isLong: (list: readonly unknown[]) => boolean): string {
  const blockOf = (field: string, value: unknown): string => {
    const finite = (key: string, inner: unknown): unknown => {
      if (typeof inner === "number" && !Number.isFinite(inner))
        throw new Error(`bug: ${file}: ${field}${key === "" ? "" : ` (${key})`} is ${inner}`);
      return inner;
    };
    if (Array.isArray(value) && value.length > 0 && isLong(value))
      return `[\n${value.map((item) => `  ${JSON.stringify(item, finite)}`).join(",\n")}\n ]`;
    return JSON.stringify(value, finite);
  };
  const lines = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${JSON.stringify(key)}: ${blockOf(key, value)}`);
  return `{\n${lines.join(",\n")}\n}\n`;
}
