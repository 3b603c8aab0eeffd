import { InputError, requireInput } from "../../common/failure.ts";
import { fortranNumber, words } from "./file-numbers.ts";

/** A section `<NAME a="…">text</NAME>` or `<NAME a="…"/>` of a UPF file, often no proper XML. */
export interface UpfSection {
  readonly name: string;
  /** @throws InputError naming file and section, unless `condition`. */
  rule(condition: boolean, message: string): asserts condition;
  /** @throws InputError likewise. */
  fail(message: string): never;
  readonly text: string;
  /** The attribute's text, undefined if there is none. */
  attribute(name: string): string | undefined;
  /** The first section of this name inside. */
  find(name: string): UpfSection | undefined;
  /** Every section of this name inside. */
  all(name: string): UpfSection[];
  /** @throws InputError if there is none. */
  section(name: string): UpfSection;
  /** How many sections inside have a name of this pattern. */
  count(pattern: string): number;
  /** Its `count` numbers. @throws InputError if there are fewer or more. */
  numbers(count: number): Float64Array;
}

const ATTRIBUTES = String.raw`((?:\s+[\w.]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*`;

/** The whole text as one section; what files say for people only is left out. */
export const upfSections = (text: string, file: string): UpfSection =>
  section(file, file, "", text.replace(/<PP_INFO>[\s\S]*?<\/PP_INFO>/g, ""));

function section(file: string, name: string, attributes: string, text: string): UpfSection {
  const where = name === file ? file : `${file} ${name}`;
  const rule: UpfSection["rule"] = (condition, message) =>
    requireInput(condition, () => `${where}: ${message}`);
  const all = (wanted: string): UpfSection[] => {
    const tag = wanted.replaceAll(".", "\\.");
    const pattern = new RegExp(`<${tag}${ATTRIBUTES}(?:/>|>([\\s\\S]*?)</${tag}>)`, "g");
    return Array.from(text.matchAll(pattern), ([, own, body]) =>
      section(file, wanted, own ?? "", body ?? ""),
    );
  };
  return {
    name,
    rule,
    fail: (message) => {
      throw new InputError(`${where}: ${message}`);
    },
    text,
    attribute: (wanted) => {
      const found = new RegExp(`\\s${wanted}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes);
      return (found?.[1] ?? found?.[2])?.trim();
    },
    count: (pattern) => Array.from(text.matchAll(new RegExp(`<${pattern}[\\s>/]`, "g"))).length,
    find: (wanted) => all(wanted)[0],
    all,
    section: (wanted) => {
      const found = all(wanted)[0];
      rule(found !== undefined, `must have a section ${wanted}, got none`);
      return found;
    },
    numbers: (count) => {
      const found = words(text);
      rule(found.length === count, `must hold ${count} numbers as PP_HEADER says, got ${found.length}`);
      return Float64Array.from({ length: count }, (_, i) => {
        const value = fortranNumber(found[i]!);
        rule(Number.isFinite(value), `number ${i + 1} must be one, got ${found[i]}`);
        return value;
      });
    },
  };
}
