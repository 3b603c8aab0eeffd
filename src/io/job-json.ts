/** Formats a job file as a person would: one line per field, atom and list of vectors. */
export const jobText = (job: object): string => `${fieldLines(job, "")}\n`;

function fieldLines(value: object, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([key, field]) => `${inner}${JSON.stringify(key)}: ${fieldText(field, inner)}`);
  return `{\n${lines.join(",\n")}\n${indent}}`;
}

/** Objects of fields, then lists of objects, are laid out; everything else stands on one line. */
function fieldText(value: unknown, indent: string): string {
  if (Array.isArray(value) && value.some((item) => isRecord(item)))
    return `[\n${value.map((item) => `${indent}  ${oneLine(item)}`).join(",\n")}\n${indent}]`;
  if (isRecord(value) && Object.values(value).some((item) => typeof item === "object" && item !== null))
    return fieldLines(value, indent);
  return oneLine(value);
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([key, field]) => `${JSON.stringify(key)}: ${oneLine(field)}`);
  return `{ ${fields.join(", ")} }`;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
