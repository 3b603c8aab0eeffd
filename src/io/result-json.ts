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
  "pseudopotentials",
  "magnetisation",
  "absoluteMagnetisation",
  "atomicMagnetisation",
  "kpoints",
  "history",
  "forces",
  "stress",
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
  "entropy",
];

/**
 * The text of a result file: keys in a fixed order, one line for each k-point, atom and SCF step, numbers with the
 * digits that give the same double back (at most 17).
 *
 * @throws Error if a number is not finite: JSON would silently turn it into null.
 */
export function resultText(result: object): string {
  const ordered = inOrder(result, ORDER);
  const lines = Object.entries(ordered)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${JSON.stringify(key)}: ${block(key === "energies" ? inOrder(value as object, ENERGY_ORDER) : value, key)}`,
    );
  return `{\n${lines.join(",\n")}\n}\n`;
}

/** Writes the result file atomically. */
export const writeResult = (path: string, result: object): Promise<void> =>
  writeAtomically(path, [resultText(result)]);

function inOrder(value: object, order: readonly string[]): Record<string, unknown> {
  const known = order.filter((key) => key in value);
  const others = Object.keys(value).filter((key) => !order.includes(key));
  return Object.fromEntries(
    [...known, ...others].map((key) => [key, (value as Record<string, unknown>)[key]]),
  );
}

/** A list of objects or vectors has a line for each; anything else is on one line. */
function block(value: unknown, field: string): string {
  const finite = (key: string, inner: unknown): unknown => {
    if (typeof inner === "number" && !Number.isFinite(inner))
      throw new Error(`bug: result file: ${field}${key === "" ? "" : ` (${key})`} is ${inner}`);
    return inner;
  };
  if (Array.isArray(value) && value.length > 0 && typeof value[0] === "object")
    return `[\n${value.map((item) => `  ${JSON.stringify(item, finite)}`).join(",\n")}\n ]`;
  return JSON.stringify(value, finite);
}
