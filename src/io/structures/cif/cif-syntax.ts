import { type TextSource, textSource } from "../../text-source.ts";

/** A value of a CIF with the line it stands on. */
export interface CifValue {
  readonly text: string;
  readonly at: number;
}

/**
 * One data block: single items as columns of length one beside the columns of loops. Names are in
 * lower case, with underscores for dots (`_atom_site.fract_x` of mmCIF).
 */
export interface CifBlock {
  readonly name: string;
  readonly at: number;
  readonly columns: ReadonlyMap<string, readonly CifValue[]>;
  /** Line of each name, and the line of the loop it stands in, −1 for single items. */
  readonly places: ReadonlyMap<string, { readonly at: number; readonly loop: number }>;
}

interface Token extends CifValue {
  readonly kind: "data" | "loop" | "tag" | "value";
}

/**
 * Parses the data blocks of a Crystallographic Information File [HAB91]: comments, both quotes,
 * text fields in semicolons, single items and loops.
 *
 * @throws InputError with the line of an item without a value, an incomplete row of a loop, or a
 *   repeated name; for unclosed quotes and syntax of dictionaries.
 */
export function parseCifSyntax(
  text: string,
  name: string,
): { readonly source: TextSource; readonly blocks: CifBlock[] } {
  const source = textSource(text, name);
  const tokens = [...tokensOf(source)];
  const blocks: {
    name: string;
    at: number;
    columns: Map<string, CifValue[]>;
    places: Map<string, { at: number; loop: number }>;
  }[] = [];
  const put = ({ text: tag, at }: Token, loop: number, values: CifValue[]) => {
    const block = blocks.at(-1) ?? source.fail(at, "after a line data_NAME", source.line(at));
    const key = tag.replaceAll(".", "_");
    const before = block.places.get(key);
    if (before !== undefined)
      source.fail(
        at,
        `the only ${tag} of data_${block.name}: it stands in line ${before.at + 1} too`,
        source.line(at),
      );
    block.columns.set(key, values);
    block.places.set(key, { at, loop });
  };
  for (let i = 0; i < tokens.length; ) {
    const token = tokens[i]!;
    const { kind, text: word, at } = token;
    if (kind === "data") {
      blocks.push({ name: word, at, columns: new Map(), places: new Map() });
      i++;
    } else if (kind === "tag") {
      const value = tokens[i + 1];
      if (value?.kind !== "value") return source.fail(at, `a value after ${word}`, "none");
      put(token, -1, [value]);
      i += 2;
    } else if (kind === "loop") {
      const tags: Token[] = [];
      for (i++; tokens[i]?.kind === "tag"; i++) tags.push(tokens[i]!);
      if (tags.length === 0) return source.fail(at, "a loop with tags", "none");
      const values: CifValue[] = [];
      for (; tokens[i]?.kind === "value"; i++) values.push(tokens[i]!);
      if (values.length % tags.length !== 0)
        return source.fail(at, `a loop of rows with ${tags.length} values`, `${values.length} values`);
      for (const [t, tag] of tags.entries())
        put(
          tag,
          at,
          values.filter((_, v) => v % tags.length === t),
        );
    } else return source.fail(at, "a tag, a loop or a data block", word);
  }
  return { source, blocks };
}

function* tokensOf(source: TextSource): Generator<Token> {
  for (let at = 0; at < source.lines.length; at++) {
    let line = source.lines[at]!;
    if (line.startsWith(";")) {
      const start = at;
      const body = [line.slice(1)];
      for (at++; at < source.lines.length && !source.lines[at]!.startsWith(";"); at++)
        body.push(source.lines[at]!);
      if (at === source.lines.length) source.fail(start, "a text field closed by a line that begins with ;");
      yield { kind: "value", text: body.join("\n").trim(), at: start };
      line = source.lines[at]!.slice(1); // more may follow the semicolon that ends the field
    }
    // A quote ends only before a blank, so that O1' and 'a dog's life' are one value each.
    const words = /'''|"""|'((?:[^']|'(?=\S))*)'(?=\s|$)|"((?:[^"]|"(?=\S))*)"(?=\s|$)|#.*|\S+/g;
    for (let found = words.exec(line); found !== null; found = words.exec(line)) {
      const [word, single, double] = found;
      if (word === "'''" || word === '"""') {
        // CIF 2: up to the same three quotes, over as many lines as it takes.
        const start = at;
        let rest = line.slice(words.lastIndex);
        let body = "";
        for (
          ;
          !rest.includes(word);
          rest = source.lines[at] ?? source.fail(start, `a value closed by ${word}`, word)
        ) {
          body += `${rest}\n`;
          at++;
        }
        const end = rest.indexOf(word);
        yield { kind: "value", text: body + rest.slice(0, end), at: start };
        line = rest.slice(end + 3);
        words.lastIndex = 0;
        continue;
      }
      if (single !== undefined || double !== undefined) yield { kind: "value", text: single ?? double!, at };
      else if (word.startsWith("#")) break;
      else if (/^["']/.test(word)) source.fail(at, "a quoted value that ends on its line", source.line(at));
      else if (/^data_/i.test(word)) yield { kind: "data", text: word.slice(5), at };
      else if (/^loop_$/i.test(word)) yield { kind: "loop", text: word, at };
      else if (/^(save_|global_|stop_)/i.test(word))
        source.fail(at, "a data block without save frames", word);
      else if (word.startsWith("_")) yield { kind: "tag", text: word.toLowerCase(), at };
      else yield { kind: "value", text: word, at };
    }
  }
}

/** Reads `5.4307(2)` without the uncertainty in brackets. NaN for `?`, `.` and words. */
export const cifNumber = (text: string): number => {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?:\(\d+\))?$/.exec(text);
  return match === null ? Number.NaN : Number(match[1]);
};

/** Whether a value is missing: `?`, `.` or blank. */
export const isUnknown = (value: CifValue | undefined): boolean =>
  value === undefined || /^\s*[?.]?\s*$/.test(value.text);
