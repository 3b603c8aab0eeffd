import { writeAtomically } from "./whole-files.ts";

/**
 * The text of a bands file: fields in the order of the object, one line for each k-point and label, numbers with the
 * digits that give the same double back.
 *
 * @throws Error if a number is not finite: JSON would silently turn it into null.
 */
export function bandsText(bands: object): string {
  const lines = Object.entries(bands)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${JSON.stringify(key)}: ${block(key, value)}`);
  return `{\n${lines.join(",\n")}\n}\n`;
}

/** Writes the bands file atomically. */
export const writeBands = (path: string, bands: object): Promise<void> =>
  writeAtomically(path, [bandsText(bands)]);

function block(field: string, value: unknown): string {
  const finite = (key: string, inner: unknown): unknown => {
    if (typeof inner === "number" && !Number.isFinite(inner))
      throw new Error(`bug: bands file: ${field}${key === "" ? "" : ` (${key})`} is ${inner}`);
    return inner;
  };
  if (Array.isArray(value) && value.length > 0)
    return `[\n${value.map((item) => `  ${JSON.stringify(item, finite)}`).join(",\n")}\n ]`;
  return JSON.stringify(value, finite);
}
