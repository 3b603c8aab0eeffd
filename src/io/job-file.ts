import { parse, TomlError } from "smol-toml";
import { InputError } from "../common/failure.ts";

/**
 * Parses a job file: TOML for a name in .toml, or text without braces but with an equals sign; else
 * JSON. Its meaning is checked elsewhere.
 *
 * @param name what to call the text in messages.
 * @throws InputError with the place of the error.
 */
export function parseJobFile(text: string, name: string): unknown {
  const content = text.replace(/^\uFEFF/, "");
  const isToml = /\.toml$/i.test(name) || (!/^\s*\{/.test(content) && content.includes("="));
  return isToml ? parseToml(content, name) : parseJson(content, name);
}

function parseJson(text: string, name: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${name}: must be JSON, ${jsonPlace(error, text)}`);
  }
  const double = doubledKey(text);
  if (double !== undefined)
    throw new InputError(
      `${name}: must have every field once, got ${double.key} in line ${double.line} as well as in line ${double.before}`,
    );
  return value;
}

/**
 * Finds the first repeated key of an object in valid JSON, where the parser silently takes the
 * last.
 */
function doubledKey(text: string): { key: string; line: number; before: number } | undefined {
  /** Keys of the objects that are open with their lines; undefined for a list. */
  const open: (Map<string, number> | undefined)[] = [];
  let line = 1;
  for (const [token, key] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}[\]]|\n/g)) {
    if (token === "\n") line++;
    else if (token === "{") open.push(new Map());
    else if (token === "[") open.push(undefined);
    else if (token === "}" || token === "]") open.pop();
    else if (key !== undefined) {
      const keys = open.at(-1);
      const before = keys?.get(JSON.parse(key));
      if (before !== undefined) return { key, line, before };
      keys?.set(JSON.parse(key), line);
      line += token.split("\n").length - 1;
    }
  }
  return undefined;
}

/** What the parser found, on one line, with line and column where it tells a position. */
function jsonPlace(error: unknown, text: string): string {
  const message = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ");
  const position = / (?:in JSON )?at position (\d+).*/.exec(message);
  if (position === null) return text.trim() === "" ? "got nothing" : `got ${message}`;
  const before = text.slice(0, Number(position[1])).split("\n");
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  return `got ${message.slice(0, position.index)} at ${place}`;
}

function parseToml(text: string, name: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [, found = "something else"] = /Invalid TOML document: ([^\n]*)/.exec(error.message) ?? [];
    throw new InputError(`${name}: must be TOML, got ${found} at line ${error.line}, column ${error.column}`);
  }
}
