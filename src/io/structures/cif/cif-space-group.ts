import type { SpaceGroupSetting } from "../../../model/moyo.ts";
import type { TextSource } from "../../text-source.ts";
import { type CifBlock, type CifValue, isUnknown } from "./cif-syntax.ts";

const NUMBERS = ["_space_group_it_number", "_symmetry_int_tables_number"];
const HALLS = ["_space_group_name_hall", "_symmetry_space_group_name_hall"];
const NAMES = [
  "_space_group_name_h-m_alt",
  "_symmetry_space_group_name_h-m",
  "_space_group_name_h-m_full",
  "_space_group_name_h-m_ref",
];

/** What a CIF says of its space group instead of listing the operations. */
export interface NamedSpaceGroup {
  readonly number?: number;
  /** Line of the first thing said, for messages. */
  readonly at: number;
  /** The same, in the words of the file. */
  readonly said: string;
  /** The settings of the tables that agree with all of it. */
  readonly settings: readonly SpaceGroupSetting[];
}

/**
 * Finds the settings that number, Hall symbol and Hermann-Mauguin symbol of a CIF allow; undefined
 * without these, and for P1. Symbols may be with or without spaces and underscores, short or full,
 * from before 1992 (Cmca) or without bars (Fd3m), with origin or axes (`:1`, `:2`, `:H`, `:R`, or
 * S, Z, H, R).
 *
 * @param settings every setting of the tables, undefined without them.
 * @throws InputError with line number for an unknown symbol, or for contradictions.
 */
export function namedSpaceGroup(
  source: TextSource,
  { columns }: CifBlock,
  settings: readonly SpaceGroupSetting[] | undefined,
): NamedSpaceGroup | undefined {
  const find = (tags: readonly string[]): CifValue | undefined =>
    tags.map((tag) => columns.get(tag)?.[0]).find((value) => !isUnknown(value));
  const [numbered, hall, name] = [find(NUMBERS), find(HALLS), find(NAMES)];
  for (const other of NUMBERS.map((tag) => columns.get(tag)?.[0]))
    if (other !== undefined && !isUnknown(other) && Number(other.text) !== Number(numbered?.text))
      source.fail(other.at, `the space group of line ${numbered!.at + 1}, ${numbered!.text}`, other.text);
  const number = numbered === undefined ? undefined : Number(numbered.text);
  if (numbered !== undefined && !(Number.isInteger(number) && number! >= 1 && number! <= 230))
    return source.fail(numbered.at, "the number of a space group, 1 to 230", numbered.text);
  const [first] = [hall, name, numbered].filter((value) => value !== undefined);
  const isTrivial = [
    number === undefined || number === 1,
    hall === undefined || plain(hall.text) === "p1",
    name === undefined || plain(name.text) === "p1",
  ].every(Boolean);
  if (first === undefined || isTrivial) return undefined;
  const said = [
    ...(number === undefined ? [] : [`number ${number}`]),
    ...(hall === undefined ? [] : [`Hall symbol ${hall.text}`]),
    ...(name === undefined ? [] : [name.text]),
  ].join(", ");
  if (settings === undefined)
    return source.fail(first.at, "beside the symmetry operations: they cannot be looked up here", said);

  const byNumber = settings.filter((setting) => number === undefined || setting.number === number);
  const byHall = hall === undefined ? byNumber : byNumber.filter((s) => plain(s.hall) === plain(hall.text));
  if (hall !== undefined && byHall.length === 0)
    return source.fail(hall.at, `a Hall symbol of the tables${ofNumber(number)}`, hall.text);
  const byName = name === undefined ? byHall : byHall.filter((setting) => isNamed(setting, name.text));
  // A Hall symbol says everything: beside one a name is for people.
  if (byName.length === 0 && hall === undefined)
    return source.fail(name!.at, `a Hermann-Mauguin symbol of the tables${ofNumber(number)}`, name!.text);
  return {
    ...(number === undefined ? {} : { number }),
    at: first.at,
    said,
    settings: byName.length === 0 ? byHall : byName,
  };
}

/** One thing that a CIF says of its space group, and the numbers of the groups it may mean. */
export interface NamedNumbers {
  readonly at: number;
  readonly said: string;
  readonly numbers: readonly number[];
}

/** The groups that number and symbols each allow; a warning names those not in the tables. */
export function namedNumbers(
  source: TextSource,
  { columns }: CifBlock,
  settings: readonly SpaceGroupSetting[],
): NamedNumbers[] {
  const saying = (tags: readonly string[], fits: (setting: SpaceGroupSetting, text: string) => boolean) =>
    tags
      .flatMap((tag) => columns.get(tag)?.slice(0, 1) ?? [])
      .filter((value) => !isUnknown(value))
      .flatMap(({ text, at }): NamedNumbers[] => {
        const numbers = [...new Set(settings.filter((each) => fits(each, text)).map(({ number }) => number))];
        if (numbers.length > 0) return [{ at, said: text, numbers }];
        source.warn(at, `space group ${text} is not in the tables: the listed operations are used`);
        return [];
      });
  return [
    ...saying(NUMBERS, ({ number }, text) => number === Number(text)),
    ...saying(HALLS, ({ hall }, text) => plain(hall) === plain(text)),
    ...saying(NAMES, isNamed),
  ];
}

const ofNumber = (number: number | undefined): string =>
  number === undefined ? "" : ` for space group ${number}`;

/** A symbol in the form of comparisons; CIF writes " where the tables have =. */
const plain = (symbol: string): string => symbol.replace(/[\s_]/g, "").replaceAll('"', "=").toLowerCase();

/** Whether a symbol names a setting. */
function isNamed({ number, short, full, choice }: SpaceGroupSetting, symbol: string): boolean {
  const [, name = "", origin = ""] = /^(.*?)(?:\s*:\s*|\s)([12]|[SZHR])?$/.exec(symbol.trim()) ?? [];
  // the 2 of "P 2 2 2" is no choice
  const isChosen = name !== "" && /[:SZHR]/.test(symbol.slice(name.length));
  const wanted = isChosen ? origin.replace("S", "1").replace("Z", "2") : "";
  if (!choice.startsWith(wanted)) return false;
  // Fd3m of old is Fd-3m
  const asked = plain(isChosen ? name : symbol).replace(/^([pif][mnda])3/, "$1-3");
  // The tables' short monoclinic names are of all settings; P 2_1/n is short for P 1 2_1/n 1.
  const isMonoclinic = number >= 3 && number <= 15;
  const known = isMonoclinic ? [full, full.replace(/ 1(?= |$)/g, "")] : [short, full];
  return known.some((candidate) => matches(plain(candidate), asked));
}

/** Letter by letter; e, for two glide planes, was one of a, b, c until 1992. */
const matches = (known: string, asked: string): boolean =>
  known.length === asked.length &&
  [...known].every((letter, i) => letter === asked[i] || (letter === "e" && /[abc]/.test(asked[i]!)));
