import { parse, TomlError } from "smol-toml";
import { InputError } from "../common/failure.ts";

/**
 * The content of a job file: TOML where the name ends so or the text is no object but has an equals sign, else JSON.
 * What it means is checked elsewhere.
 *
 * @param name what to call the text in messages.
 * @throws InputError with the place at which the text is neither.
 */
export function parseJobFile(text: string, name: string): unknown {
  const content = text.replace(/^\uFEFF/, "");
  const isToml = /\.toml$/i.test(name) || (!/^\s*\{/.test(content) && content.includes("="));
  return isToml ? parseToml(content, name) : parseJson(content, name);
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${name}: must be JSON, ${jsonPlace(error, text)}`);
  }
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
