import { BOHR_PER_ANGSTROM } from "../../../common/units.ts";
import { scale, type Vec3 } from "../../../common/vec3.ts";
import type { SpaceGroupSetting } from "../../../model/moyo.ts";
import { type StructureAtom, type StructureInFile, toFractional } from "../../../model/structure.ts";
import { type TextSource, textSource, toNumber, tripleOf } from "../../text-source.ts";
import { evaluated } from "../arithmetic.ts";
import { elementOfLabel } from "../element-label.ts";
import type { StructureFormat } from "../structure-format.ts";
import { refuseUnknown } from "../unknown-variable.ts";
import { type Card, fieldsOf, numberOf, qeCell, unitOf } from "./qe-cell.ts";
import { momentShares } from "./qe-moments.ts";
import { type Namelists, namelistsOf, type Setting } from "./qe-namelist.ts";
import { allImages, qeSpaceGroup } from "./qe-space-group.ts";
import { QE_VARIABLES } from "./qe-variables.ts";

const CARDS =
  /^(ATOMIC_SPECIES|ATOMIC_POSITIONS|K_POINTS|ADDITIONAL_K_POINTS|CELL_PARAMETERS|CONSTRAINTS|OCCUPATIONS|ATOMIC_VELOCITIES|ATOMIC_FORCES|SOLVENTS|HUBBARD)\b/i;

/**
 * Reads the structure of an input of Quantum ESPRESSO's pw.x: `ibrav` with celldm or A, B, C, or
 * CELL_PARAMETERS; ATOMIC_POSITIONS in every unit and with expressions such as `1/3`, also
 * crystal_sg with space_group; starting_magnetization as a share of the valence electrons;
 * tot_charge. A warning names the other variables. Inputs of cards alone, as phonopy writes them,
 * are read too.
 *
 * @param name what to call the text in messages, usually its path.
 * @param tables every setting of the space groups, for an input with crystal_sg.
 * @throws InputError with line number, rule and value: where pw.x stops, and for input that would
 *   change the crystal but is not read (hexagonal axes of space_group, non-collinear moments,
 *   several images).
 */
export function parseQeInput(
  text: string,
  name = "pw.in",
  tables?: readonly SpaceGroupSetting[],
): StructureInFile {
  const source = textSource(withoutComments(text), name);
  const namelists = namelistsOf(source);
  const cards = cardsOf(source, namelists);
  const settings = namelists.system ?? cardsAlone(source, cards);
  refuseUnknowns(source, namelists);
  refuseTwoMetrics(source, settings);
  const card = cards.get("ATOMIC_POSITIONS");
  if (card === undefined) return source.fail(source.lines.length, "an ATOMIC_POSITIONS card");
  const unit = unitOf(source, card, ["alat", "bohr", "angstrom", "crystal", "crystal_sg"], "alat");
  const group = unit === "crystal_sg" ? qeSpaceGroup(source, settings, tables) : undefined;
  if (unit === "crystal_sg" && group === undefined) source.fail(card.at, "beside space_group in &SYSTEM");
  if (unit !== "crystal_sg" && settings.has("space_group"))
    source.warn(
      settings.get("space_group")!.at,
      "space_group counts for positions in crystal_sg alone, as for pw.x",
    );
  const ibrav = group && { value: `${group.ibrav}`, at: group.at };
  const { lattice, alat } = qeCell(
    source,
    ibrav ? new Map([...settings, ["ibrav", ibrav]]) : settings,
    cards,
  );
  if (card.option === "") source.warn(card.at, "positions without a unit are in alat, as pw.x takes them");
  const factor = { alat, bohr: 1, angstrom: BOHR_PER_ANGSTROM, crystal: undefined, crystal_sg: undefined }[
    unit
  ];
  const fractional = toFractional(lattice);
  const count = countOf(source, settings, card);
  const kinds = kindsOf(source, settings, cards);
  const listed = card.lines.slice(0, count).map((index) => {
    const [label = "", ...rest] = fieldsOf(source.line(index));
    const element = elementOfKind(
      source,
      index,
      label,
      kinds.find((each) => each.label === label),
    );
    if (element === undefined)
      return source.fail(
        index,
        "an atom: a label of one chemical symbol, with a number, a letter or a name behind _ or not",
        label,
      );
    const kind = kinds.findIndex((each) => each.label === label);
    if (kinds.length > 0 && kind < 0)
      source.fail(
        index,
        `an atom of a kind in ATOMIC_SPECIES: ${kinds.map((each) => each.label).join(", ")}`,
        label,
      );
    const position = expressionsIn(source, index, rest);
    if (rest.slice(3).some((flag) => toNumber(flag) === 0))
      source.warn(card.at, "which coordinates are fixed (if_pos) is not read");
    return { element, kind, position: factor === undefined ? position : fractional(scale(factor, position)) };
  });
  const rows = group === undefined ? listed : allImages(group, lattice, listed);
  const shares = momentShares(source, namelists, settings, kinds.length);
  tellKinds(source, kinds, rows);
  const charge = numberOf(source, settings, "tot_charge");
  tellUnread(source, namelists, cards, group !== undefined);
  return {
    lattice,
    atoms: rows.map(({ element, position, kind }): StructureAtom => {
      const share = shares?.[Math.max(0, kind)];
      if (share === undefined) return { element, position };
      return {
        element,
        position,
        ...(Math.abs(share) > 1 ? { magneticMoment: share } : { momentShare: share }),
      };
    }),
    ...(charge === undefined || charge === 0 ? {} : { charge }),
    warnings: source.warnings,
  };
}

/** Comments begin with ! anywhere and with # in cards; not inside quotes. */
const withoutComments = (text: string): string =>
  text.replace(/'[^'\n]*'|"[^"\n]*"|[!#][^\n]*/g, (found) => (/^[!#]/.test(found) ? "" : found));

function cardsOf(source: TextSource, { isInside }: Namelists): Map<string, Card> {
  const cards = new Map<string, { at: number; option: string; lines: number[] }>();
  let open: { lines: number[]; hasNumbers: boolean } | undefined;
  for (const [at, raw] of source.lines.entries()) {
    if (isInside(at)) {
      open = undefined;
      continue;
    }
    const line = raw.trim();
    const found = CARDS.exec(line);
    if (found !== null) {
      const name = found[1]!.toUpperCase();
      const before = cards.get(name);
      if (before !== undefined) source.fail(at, `the only ${name}: line ${before.at + 1} has one`);
      const option = line
        .slice(found[0].length)
        .replace(/[{}()]/g, "")
        .trim()
        .toLowerCase();
      const fresh = { at, option, lines: [] };
      cards.set(name, fresh);
      open = {
        lines: fresh.lines,
        hasNumbers: !/^(ATOMIC_SPECIES|CONSTRAINTS|SOLVENTS|HUBBARD)$/.test(name),
      };
    } else if (/^(BEGIN|FIRST_IMAGE|LAST_IMAGE|INTERMEDIATE_IMAGE)/i.test(line))
      source.fail(at, "one structure: several images are not read");
    else if (line !== "" && line !== "/") {
      // A card that pw.x does not have, behind one whose lines hold numbers.
      const isForeign =
        open?.hasNumbers === true && /^[A-Za-z_]{4,}(\s*[({]?\s*[A-Za-z_]+\s*[)}]?)?$/.test(line);
      if (open === undefined || isForeign) {
        source.warn(at, `${line} is no card of pw.x and is not read`);
        if (isForeign) open = undefined;
      } else open.lines.push(at);
    }
  }
  return cards;
}

/** An input without &SYSTEM has its cell in CELL_PARAMETERS. */
function cardsAlone(source: TextSource, cards: ReadonlyMap<string, Card>): ReadonlyMap<string, Setting> {
  const card = cards.get("CELL_PARAMETERS");
  if (card === undefined) return source.fail(0, "an input of pw.x with ibrav in &SYSTEM");
  source.warn(0, "no &SYSTEM: ibrav = 0 and as many atoms as are listed");
  return new Map([["ibrav", { value: "0", at: card.at }]]);
}

/** @throws InputError for a variable that pw.x does not know, in a namelist that it reads. */
function refuseUnknowns(source: TextSource, { lists, others }: Namelists): void {
  const isFixed = /^['"]?(scf|nscf|bands)?['"]?$/i.test(others.get("calculation")?.value ?? "");
  for (const [list, settings] of lists) {
    const known = QE_VARIABLES.get(list);
    if (known === undefined || (isFixed && /^(ions|cell|fcp)$/.test(list))) continue;
    for (const [key, { at }] of settings)
      refuseUnknown(source, key.replace(/\(.*$/, ""), at, known, `&${list.toUpperCase()} of pw.x`);
    if (list === "system") refuseSubscripts(source, settings);
  }
}

/** Arrays among the variables that are read, with the largest subscript of pw.x. */
const ARRAYS: Readonly<Record<string, number>> = {
  celldm: 6,
  starting_magnetization: Number.POSITIVE_INFINITY, // compared with the kinds later
  angle1: Number.POSITIVE_INFINITY,
  angle2: Number.POSITIVE_INFINITY,
};

/** @throws InputError for a value that is beyond an array, or the second of a single number. */
function refuseSubscripts(source: TextSource, settings: ReadonlyMap<string, Setting>): void {
  for (const [key, { at }] of settings) {
    const [, name = "", subscript] = /^(\w+)\(([^,)]*)\)$/.exec(key) ?? [];
    if (subscript === undefined || !READ.test(name)) continue;
    const most = ARRAYS[name];
    if (most === undefined ? !(subscript.trim() === "1" && settings.has(name)) : !(Number(subscript) >= 1))
      source.fail(at, most === undefined ? `one value for ${name}` : `a subscript from 1 for ${name}`, key);
    if (most !== undefined && Number(subscript) > most)
      source.fail(at, `at most ${most} values for ${name}`, key);
  }
}

/** @throws InputError for lattice parameters given in two ways. */
function refuseTwoMetrics(source: TextSource, settings: ReadonlyMap<string, Setting>): void {
  const isMetric = [...settings.keys()].find((key) => /^(a|b|c|cosab|cosac|cosbc)$/.test(key));
  const celldm = [...settings.keys()].find((key) => /^celldm/.test(key));
  if (isMetric !== undefined && celldm !== undefined)
    source.fail(settings.get(isMetric)!.at, "lattice parameters by celldm or by A, B, C, not both", isMetric);
}

/** nat, or without it the number of lines. */
function countOf(source: TextSource, settings: ReadonlyMap<string, Setting>, card: Card): number {
  const nat = numberOf(source, settings, "nat");
  if (nat === undefined) {
    if (settings.size > 1)
      source.warn(card.at, `nat is not given: all ${card.lines.length} atoms listed are taken`);
    if (card.lines.length === 0) source.fail(card.at, "followed by atoms", "none");
    return card.lines.length;
  }
  requireListed(source, settings, card, "nat", nat, "atoms");
  return nat;
}

/** Requires as many lines of a card as a setting says, and warns of more. */
function requireListed(
  source: TextSource,
  settings: ReadonlyMap<string, Setting>,
  { at, lines }: Card,
  name: string,
  count: number,
  noun: string,
): void {
  if (!(Number.isInteger(count) && count > 0)) {
    const given = settings.get(name);
    source.fail(given?.at ?? at, `a positive number of ${noun} for ${name}`, given?.value ?? "none");
  }
  const wanted = `the ${name} = ${count} ${noun}`;
  if (lines.length < count) source.fail(at, `followed by ${wanted}`, `${lines.length} lines`);
  const next = lines[count];
  if (next !== undefined)
    source.warn(next, `what follows ${wanted} is not read, nor by pw.x: ${source.line(next)}`);
}

interface Kind {
  readonly label: string;
  readonly at: number;
  readonly file: string | undefined;
}

/** The first ntyp kinds of ATOMIC_SPECIES, or without ntyp all. */
function kindsOf(
  source: TextSource,
  settings: ReadonlyMap<string, Setting>,
  cards: ReadonlyMap<string, Card>,
): Kind[] {
  const card = cards.get("ATOMIC_SPECIES");
  if (card === undefined) return [];
  const ntyp = numberOf(source, settings, "ntyp") ?? card.lines.length;
  requireListed(source, settings, card, "ntyp", ntyp, "kinds");
  return card.lines.slice(0, ntyp).map((at) => {
    const [label = "", , file] = fieldsOf(source.line(at));
    return { label, at, file };
  });
}

/**
 * Finds the element of a label: a symbol, with a number or one letter behind it (`Rhs`, `OW`), as
 * in pw.x's manual and ASE. pw.x takes the element from the potential file: a file named after
 * another element gives a warning, and decides about a letter behind a symbol.
 */
function elementOfKind(
  source: TextSource,
  at: number,
  label: string,
  kind: Kind | undefined,
): string | undefined {
  const named = elementOfLabel(/^[A-Za-z]{1,2}(?![A-Za-z])/.exec(kind?.file ?? "")?.[0] ?? "");
  const plain = elementOfLabel(label);
  const element = plain ?? (/^[A-Za-z]{2,3}$/.test(label) ? elementOfLabel(label.slice(0, -1)) : undefined);
  if (element === undefined || (plain === undefined && named !== undefined && named !== element))
    return undefined;
  const told =
    plain === undefined
      ? named === undefined
        ? `label ${label} is taken for ${element}`
        : `kind ${label} is ${element}, as its potential ${kind!.file} says`
      : named !== undefined && named !== element
        ? `kind ${label} is taken for ${element}, but its potential ${kind!.file} is named after ${named}`
        : undefined;
  if (told !== undefined) source.warn(kind?.at ?? at, told);
  return element;
}

/** Two kinds of one element with different potentials are one kind here. */
function tellKinds(
  source: TextSource,
  kinds: readonly Kind[],
  rows: readonly { readonly element: string; readonly kind: number }[],
): void {
  const files = new Map<string, string>();
  for (const { element, kind } of rows) {
    const { file, label, at } = kinds[kind] ?? {};
    if (file === undefined) continue;
    const before = files.get(element);
    if (before === undefined) files.set(element, file);
    else if (before !== file)
      source.warn(
        at!,
        `kind ${label} has the potential ${file}, another kind of ${element} ${before}: one element has one potential here`,
      );
  }
}

/** What is read of &SYSTEM, or taken for granted here. */
const READ =
  /^(ibrav|celldm|a|b|c|cosab|cosac|cosbc|nat|ntyp|nspin|noncolin|starting_magnetization|angle1|angle2|tot_charge|space_group)(\(|$)/;
/** What is read beside space_group. */
const OF_GROUPS = /^(origin_choice|rhombohedral|uniqueb)$/;
/** Variables that steer a run and say nothing of the crystal. */
const STEERING =
  /^(prefix|outdir|wfcdir|pseudo_dir|verbosity|disk_io|title|restart_mode|max_seconds|wf_collect|iprint|calculation)$/;

/** One warning for all that the input sets beside the structure. */
function tellUnread(
  source: TextSource,
  { system, others }: Namelists,
  cards: ReadonlyMap<string, Card>,
  hasGroup: boolean,
): void {
  const names = [
    ...[...(system?.keys() ?? [])].filter((key) => !READ.test(key) && !(hasGroup && OF_GROUPS.test(key))),
    ...[...others.keys()].filter((key) => !STEERING.test(key)),
  ].filter((key) => !/\(1\)$/.test(key) || !(system?.has(key.slice(0, -3)) || others.has(key.slice(0, -3))));
  const unread = [...cards.keys()].filter(
    (key) => !["ATOMIC_SPECIES", "ATOMIC_POSITIONS", "CELL_PARAMETERS"].includes(key),
  );
  if (cards.has("ATOMIC_SPECIES")) unread.push("masses and potentials of ATOMIC_SPECIES");
  const all = [...names, ...unread];
  if (all.length > 0) source.warn(0, `only the structure is read, not ${all.join(", ")}`);
}

/** Three expressions without blanks inside, as pw.x takes them for positions. */
const expressionsIn = (source: TextSource, index: number, words: readonly string[]): Vec3 =>
  tripleOf(words, evaluated) ?? source.fail(index, "three numbers or expressions such as 1/3 and sqrt(0.16)");

/** Inputs of pw.x. */
export const qe: StructureFormat = {
  title: "input of Quantum ESPRESSO",
  endings: [".pwi", ".pwin"],
  content: /^\s*&(control|system)\b|^\s*ATOMIC_POSITIONS\b/im,
  needsSpaceGroups: /^\s*ATOMIC_POSITIONS\b.*crystal_sg/im,
  parse: (text, name, { settings }) => parseQeInput(text, name, settings),
};
