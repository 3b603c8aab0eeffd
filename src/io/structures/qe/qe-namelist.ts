import type { TextSource } from "../../text-source.ts";

/** A value of a Fortran namelist with the line it stands on. */
export interface Setting {
  readonly value: string;
  readonly at: number;
}

/** The variables of all namelists of an input, in lower case: `celldm(1)` and `ecutwfc`. */
export interface Namelists {
  /** Of &SYSTEM; undefined if there is none. */
  readonly system: ReadonlyMap<string, Setting> | undefined;
  /** All of them, by name. */
  readonly lists: ReadonlyMap<string, ReadonlyMap<string, Setting>>;
  /** Names of variables of the other namelists. */
  readonly others: ReadonlyMap<string, Setting>;
  /** Whether a line is inside a namelist. */
  isInside(at: number): boolean;
}

/**
 * Reads namelists as Fortran does: several variables on a line, arrays (`celldm = 10, 0, 1.6`),
 * repetitions (`3*0.0`), omitted values (`,,`), the last of repeated names.
 *
 * @throws InputError for text that is no variable.
 */
export function namelistsOf(source: TextSource): Namelists {
  const lists = new Map<string, Map<string, Setting>>();
  const inside = new Set<number>();
  let open: { name: string; values: Map<string, Setting> } | undefined;
  let current: { key: string; index: number | undefined; count: number; isFilled: boolean } | undefined;
  const put = (text: string, at: number) => {
    if (current === undefined || open === undefined)
      return source.fail(at, "a variable, such as nat = 2", text);
    const index = (current.index ?? 1) + current.count;
    const isFirst = current.count === 0 && current.index === undefined;
    current.count++;
    if (text === "") return;
    const names = [...(isFirst ? [current.key] : []), `${current.key}(${index})`];
    if (names.some((name) => open!.values.has(name)))
      source.warn(at, `${names[0]} stands here a second time: the last one is taken, as Fortran does`);
    for (const name of names) open.values.set(name, { value: text, at });
  };
  for (const [at, raw] of source.lines.entries()) {
    let line = raw;
    const start = /^\s*&(\w+)/.exec(line);
    if (start !== null && open === undefined) {
      const name = start[1]!.toLowerCase();
      if (lists.has(name)) source.fail(at, `the only &${name.toUpperCase()}`);
      open = { name, values: new Map() };
      lists.set(name, open.values);
      current = undefined;
      line = line.slice(start[0].length);
    }
    if (open === undefined) continue;
    inside.add(at);
    for (const [token, key, subscript] of line.matchAll(
      /([A-Za-z_]\w*)\s*(\([^)]*\))?\s*=|'[^']*'|"[^"]*"|,|\/|&\w+|[^\s,/'"]+/g,
    )) {
      if (token === "/" || /^&end$/i.test(token)) {
        open = undefined;
        break;
      }
      if (key !== undefined) {
        const index =
          subscript === undefined ? undefined : Number(subscript.slice(1, -1).trim().split(",")[0]);
        if (index !== undefined && !Number.isInteger(index) && open.name === "system")
          source.fail(at, `a variable with a whole number as index`, token);
        const plain = subscript?.includes(",") ? `${key}${subscript.replace(/\s/g, "")}` : key;
        current = {
          key: plain.toLowerCase(),
          index: subscript?.includes(",") ? undefined : index,
          count: 0,
          isFilled: false,
        };
      } else if (token === ",") {
        if (current !== undefined && !current.isFilled) put("", at);
        if (current !== undefined) current.isFilled = false;
      } else {
        const repeated = /^(\d+)\*(.*)$/.exec(token);
        for (let i = 0; i < Number(repeated?.[1] ?? 1); i++) put(repeated?.[2] ?? token, at);
        if (current !== undefined) current.isFilled = true;
      }
    }
  }
  const others = [...lists].filter(([name]) => name !== "system").flatMap(([, values]) => [...values]);
  return { lists, system: lists.get("system"), others: new Map(others), isInside: (at) => inside.has(at) };
}
