import type { Target } from "./targets.ts";
import { isRefusal } from "./targets.ts";

/** Words that engines use and our messages never do. */
const ENGINE =
  /Cannot (read|set|destructure|convert|mix)|is not (a function|iterable|defined|an object)|\bundefined\b|\[object|Invalid (array|typed array|string|time)|Maximum call|out of (memory|range)|unreachable|RuntimeError|(?<!got )NaN|^bug:/;
/** What a terminal would obey. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
/** Longer than a screen is no line. */
const LONGEST = 1200;

/** Says what is wrong with what became of an input; nothing where it was read, or refused in one clear line. */
export async function fault({ run }: Target, text: string, name: string): Promise<string | undefined> {
  try {
    const bad = notFinite(await run(text, name));
    return bad === undefined ? undefined : `accepted, with ${bad}`;
  } catch (error) {
    if (!isRefusal(error)) return `no refusal but ${(error as Error)?.stack ?? String(error)}`;
    return faultOfLine(error.message, text);
  }
}

/** Says what is wrong with the line that refuses an input; what stands in the input may stand in the line. */
export function faultOfLine(line: string, input = ""): string | undefined {
  if (CONTROL.test(line)) return `a line with control characters: ${JSON.stringify(line)}`;
  if (line.length > LONGEST) return `a line of ${line.length} letters: ${line.slice(0, 200)}`;
  const word = ENGINE.exec(line)?.[0];
  return word === undefined || input.includes(word) ? undefined : `a line of the engine: ${line}`;
}

/** Finds a number that is none, with its place. */
function notFinite(value: unknown, path = "result", seen = new Set<object>()): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : `${path} = ${value}`;
  if (typeof value !== "object" || value === null || seen.has(value)) return undefined;
  seen.add(value);
  for (const [key, inner] of Object.entries(value)) {
    const found = notFinite(inner, `${path}.${key}`, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}
