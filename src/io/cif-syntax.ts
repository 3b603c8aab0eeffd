import { type TextSource, textSource } from "./text-source.ts";

/** A value of a CIF with the line it stands on. */
export interface CifValue {
  readonly text: string;
  readonly at: number;
}

/** One data block: single items as columns of length one beside those of loops; tags in lower case. */
export interface CifBlock {
  readonly name: string;
  readonly at: number;
  readonly columns: ReadonlyMap<string, readonly CifValue[]>;
}

interface Token extends CifValue {
  readonly kind: "data" | "loop" | "tag" | "value";
}

/**
 * The data blocks of a Crystallographic Information File [HAB91]: comments, both quotes, text fields in semicolons,
 * single items and loops.
 *
 * @throws InputError with the line of an item without a value, or a loop whose values do not fill its rows.
 */
export function parseCifSyntax(
  text: string,
  name: string,
): { readonly source: TextSource; readonly blocks: CifBlock[] } {
  const source = textSource(text, name);
  const tokens = [...tokensOf(source)];
  const blocks: { name: string; at: number; columns: Map<string, CifValue[]> }[] = [];
  const columns = (at: number) =>
    blocks.at(-1)?.columns ?? source.fail(at, "after a line data_NAME", source.line(at));
  for (let i = 0; i < tokens.length; ) {
    const { kind, text: word, at } = tokens[i]!;
    if (kind === "data") {
      blocks.push({ name: word, at, columns: new Map() });
      i++;
    } else if (kind === "tag") {
      const value = tokens[i + 1];
      if (value?.kind !== "value") return source.fail(at, `a value after ${word}`, "none");
      columns(at).set(word, [value]);
      i += 2;
    } else if (kind === "loop") {
      const tags: string[] = [];
      for (i++; tokens[i]?.kind === "tag"; i++) tags.push(tokens[i]!.text);
      if (tags.length === 0) return source.fail(at, "a loop with tags", "none");
      const values: CifValue[] = [];
      for (; tokens[i]?.kind === "value"; i++) values.push(tokens[i]!);
      if (values.length % tags.length !== 0)
        return source.fail(at, `a loop of rows with ${tags.length} values`, `${values.length} values`);
      for (const [t, tag] of tags.entries())
        columns(at).set(
          tag,
          values.filter((_, v) => v % tags.length === t),
        );
    } else return source.fail(at, "a tag, a loop or a data block", word);
  }
  return { source, blocks };
}

function* tokensOf(source: TextSource): Generator<Token> {
  for (let at = 0; at < source.lines.length; at++) {
    const line = source.lines[at]!;
    if (line.startsWith(";")) {
      const start = at;
      const body = [line.slice(1)];
      for (at++; at < source.lines.length && !source.lines[at]!.startsWith(";"); at++)
        body.push(source.lines[at]!);
      if (at === source.lines.length) source.fail(start, "a text field closed by a line that begins with ;");
      yield { kind: "value", text: body.join("\n").trim(), at: start };
      continue;
    }
    // A quote ends only before a blank, so that O1' and 'a dog's life' are one value each.
    for (const [word, single, double] of line.matchAll(
      /'((?:[^']|'(?=\S))*)'(?=\s|$)|"((?:[^"]|"(?=\S))*)"(?=\s|$)|#.*|\S+/g,
    )) {
      if (single !== undefined || double !== undefined) yield { kind: "value", text: single ?? double!, at };
      else if (word.startsWith("#")) break;
      else if (/^data_/i.test(word)) yield { kind: "data", text: word.slice(5), at };
      else if (/^loop_$/i.test(word)) yield { kind: "loop", text: word, at };
      else if (word.startsWith("_")) yield { kind: "tag", text: word.toLowerCase(), at };
      else yield { kind: "value", text: word, at };
    }
  }
}

/** `5.4307(2)`: the digits in brackets are the uncertainty of the last ones. NaN for `?`, `.` and words. */
export const cifNumber = (text: string): number => {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?:\(\d+\))?$/.exec(text);
  return match === null ? Number.NaN : Number(match[1]);
};
