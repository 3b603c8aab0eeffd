import { type Mat3, norm, type Vec3 } from "../../../common/vec3.ts";
import type { TextSource } from "../../text-source.ts";
import { elementOfLabel } from "../element-label.ts";
import { type CifBlock, type CifValue, cifNumber, isUnknown } from "./cif-syntax.ts";

/** An atom as the file lists it, before symmetry makes its images. */
export interface Site {
  readonly element: string;
  /** Fractional. */
  readonly position: Vec3;
  /** In fractional coordinates: Σ mᵢ aᵢ is the moment [μB]. */
  readonly moment?: Vec3;
  /** How the file calls it, for messages. */
  readonly label: string;
  readonly at: number;
  /** How many images the file says it has. */
  readonly multiplicity?: number;
}

const COORDINATES = ["_atom_site_fract_x", "_atom_site_fract_y", "_atom_site_fract_z"] as const;
/** Columns of the loop of atoms that are read; they may not come from two loops. */
const COLUMNS = [
  ...COORDINATES,
  "_atom_site_type_symbol",
  "_atom_site_label",
  "_atom_site_occupancy",
  "_atom_site_calc_flag",
  "_atom_site_disorder_group",
  "_atom_site_disorder_assembly",
  "_atom_site_symmetry_multiplicity",
  "_atom_site_site_symmetry_multiplicity",
  "_atom_site_attached_hydrogens",
];

/**
 * Reads the atoms that a data block lists.
 *
 * @throws InputError for an atom without element or position, in alternatives, or partly occupied.
 */
export function sitesOf(source: TextSource, block: CifBlock, lattice: Mat3): Site[] {
  const { columns, at } = block;
  requireOneLoop(source, block, COLUMNS);
  const column = (tag: string): readonly CifValue[] => columns.get(tag) ?? [];
  const [xs, ys, zs] = COORDINATES.map(column);
  const symbols = column("_atom_site_type_symbol");
  const labels = column("_atom_site_label");
  if (symbols.length === 0 && labels.length === 0)
    return source.fail(at, "atoms with _atom_site_type_symbol or _atom_site_label", "none");
  refuseAlternatives(source, block);
  const multiplicities = [
    ...column("_atom_site_symmetry_multiplicity"),
    ...column("_atom_site_site_symmetry_multiplicity"),
  ];
  const moments = momentsOf(source, block, lattice);
  const sites = xs!.flatMap((x, i): Site[] => {
    const label = labels[i]?.text ?? symbols[i]?.text ?? "";
    const flag = column("_atom_site_calc_flag")[i];
    if (flag !== undefined && /^dum/i.test(flag.text)) {
      source.warn(flag.at, `${label} is a dummy, a place without an atom: left out`);
      return [];
    }
    requireFull(source, column("_atom_site_occupancy")[i]);
    const position = [x, ys![i], zs![i]].map((value) => cifNumber(value?.text ?? "")) as [
      number,
      number,
      number,
    ];
    if (!position.every(Number.isFinite))
      return source.fail(x.at, "an atom with three fractional coordinates", source.line(x.at));
    const element = elementAt(source, x.at, symbols[i], labels[i]);
    const multiplicity = cifNumber(multiplicities[i]?.text ?? "");
    const moment = moments.get(label);
    return [
      {
        element,
        position,
        label,
        at: x.at,
        ...(moment === undefined ? {} : { moment: moment.vector }),
        ...(Number.isFinite(multiplicity) ? { multiplicity } : {}),
      },
    ];
  });
  for (const [label, moment] of moments)
    if (!sites.some((site) => site.label === label))
      source.fail(moment.at, "a moment of an atom that is listed", label);
  return sites;
}

/** The element that the type says, or where there is no type, the label. */
function elementAt(
  source: TextSource,
  at: number,
  symbol: CifValue | undefined,
  label: CifValue | undefined,
): string {
  const isTyped = symbol !== undefined && !isUnknown(symbol);
  const word = (isTyped ? symbol.text : label?.text) ?? "";
  const element = elementOfLabel(word);
  // T1 and T2 are the places of aluminium and silicon in a framework, not tritium.
  if (element === undefined || (!isTyped && /^T(?![a-z])/.test(word)))
    return source.fail(
      at,
      "an atom whose type or label is one chemical symbol, with a number or a sign behind it or not",
      word,
    );
  if (!isTyped && /^[A-Z]{2}/.test(word))
    source.warn(at, `label ${word} is taken for ${element}; _atom_site_type_symbol would say`);
  const other = label === undefined ? undefined : elementOfLabel(label.text);
  if (
    isTyped &&
    other !== undefined &&
    other !== element &&
    label!.text.replace(/[^A-Za-z].*$/, "").length === 2
  )
    source.warn(at, `label ${label!.text} has type ${word}: the type is taken`);
  return element;
}

/**
 * @throws InputError if columns of one category are in several loops, or inside and outside one.
 */
function requireOneLoop(source: TextSource, { places, name }: CifBlock, tags: readonly string[]): void {
  const found = tags.flatMap((tag) => (places.has(tag) ? [{ tag, ...places.get(tag)! }] : []));
  const [first] = found;
  for (const { tag, at, loop } of found)
    if (loop !== first!.loop)
      source.fail(
        Math.max(at, first!.at),
        `in one loop of data_${name}: ${first!.tag} is in line ${first!.at + 1}`,
        `${tag} in line ${at + 1}`,
      );
}

function requireFull(source: TextSource, occupancy: CifValue | undefined): void {
  if (occupancy === undefined || isUnknown(occupancy)) return;
  if (!(Math.abs(cifNumber(occupancy.text) - 1) <= 1e-3))
    source.fail(
      occupancy.at,
      "a fully occupied site: disorder has no single structure",
      `occupancy ${occupancy.text}`,
    );
}

/** @throws InputError for sites of several alternatives, or of one without full occupancy. */
function refuseAlternatives(source: TextSource, { columns }: CifBlock): void {
  const groups = (columns.get("_atom_site_disorder_group") ?? []).filter(
    (value) => !isUnknown(value) && value.text !== "0",
  );
  const [first] = groups;
  if (first === undefined) return;
  const isFull = (columns.get("_atom_site_occupancy") ?? []).length > 0; // checked one by one
  const other = groups.find(({ text }) => text !== first.text) ?? (isFull ? undefined : first);
  if (other !== undefined)
    source.fail(
      other.at,
      "a site that is there always: disorder has no single structure",
      `disorder group ${other.text}`,
    );
}

const MOMENT = "_atom_site_moment_";

/** Moments by the labels of their atoms, from components along the axes' unit vectors. */
function momentsOf(
  source: TextSource,
  block: CifBlock,
  lattice: Mat3,
): ReadonlyMap<string, { readonly vector: Vec3; readonly at: number }> {
  const { columns, places } = block;
  const tag = (axis: string) =>
    [`${MOMENT}crystalaxis_${axis}`, `${MOMENT}crystalaxis_m${axis}`].find((each) => columns.has(each));
  const tags = ["x", "y", "z"].map(tag);
  const labels = columns.get(`${MOMENT}label`);
  const [any] = [...places].filter(([each]) => each.startsWith(MOMENT));
  if (any === undefined) return new Map();
  if (labels === undefined || tags.includes(undefined))
    return source.fail(
      any[1].at,
      "moments with _atom_site_moment.label and _atom_site_moment.crystalaxis_x, _y and _z",
      any[0],
    );
  requireOneLoop(source, block, [`${MOMENT}label`, ...tags.map((each) => each!)]);
  const lengths = lattice.map(norm);
  const moments = new Map<string, { vector: Vec3; at: number }>();
  for (const [i, { text, at }] of labels.entries()) {
    const [x, y, z] = tags.map((each) => cifNumber(columns.get(each!)![i]!.text));
    const vector: Vec3 = [x! / lengths[0]!, y! / lengths[1]!, z! / lengths[2]!];
    if (!vector.every(Number.isFinite)) source.fail(at, "a moment of three numbers", source.line(at));
    if (moments.has(text)) source.fail(at, `the only moment of ${text}`, source.line(at));
    moments.set(text, { vector, at });
  }
  return moments;
}
