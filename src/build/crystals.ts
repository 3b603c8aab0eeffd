import { ELEMENTS } from "../atoms/elements.ts";
import { requireInput } from "../common/failure.ts";
import { didYouMean } from "../common/text/nearest.ts";
import { BOHR_PER_ANGSTROM } from "../common/units.ts";

export const CRYSTALS = [
  "fcc",
  "bcc",
  "hcp",
  "diamond",
  "graphitic",
  "zincblende",
  "rocksalt",
  "rutile",
] as const;
export type CrystalName = (typeof CRYSTALS)[number];

/** Elements, structure and conventional cell of a crystal. */
export interface CrystalShape {
  readonly crystal: CrystalName;
  /** One element, or the two of a compound; that of rutile has two atoms of the second for one. */
  readonly elements: readonly [string] | readonly [string, string];
  /** Edge of the conventional cell [bohr]. */
  readonly a: number;
  /** Height of the hexagonal or tetragonal cell [bohr]; hcp, graphitic and rutile only. */
  readonly c?: number;
  /** Coordinate of the second element; rutile only. */
  readonly u?: number;
}

/**
 * Lattice constants at room temperature [Å], rare gases near absolute zero: a, or a and c, of
 * rutile the coordinate of the second element as well. Starting values to about 0.01 Å, not
 * references.
 * Elements [AM76 tables 4.1-4.4], compounds and graphite [Wyc63].
 */
const TABLES: Readonly<Record<CrystalName, string>> = {
  fcc:
    "Ne 4.43|Al 4.05|Ar 5.26|Ca 5.58|Ni 3.52|Cu 3.615|Kr 5.72|Sr 6.08|Rh 3.80|Pd 3.89|Ag 4.086|Xe 6.20|Ce 5.16|" +
    "Yb 5.49|Ir 3.84|Pt 3.92|Au 4.078|Pb 4.95|Ac 5.31|Th 5.08",
  bcc: "Li 3.49|Na 4.23|K 5.23|V 3.02|Cr 2.885|Fe 2.866|Rb 5.59|Nb 3.30|Mo 3.15|Cs 6.05|Ba 5.02|Eu 4.61|Ta 3.31|W 3.165",
  hcp:
    "Be 2.286 3.584|Mg 3.209 5.211|Sc 3.31 5.27|Ti 2.951 4.684|Co 2.507 4.069|Zn 2.665 4.947|Y 3.65 5.73|" +
    "Zr 3.232 5.147|Tc 2.74 4.39|Ru 2.706 4.282|Cd 2.979 5.618|La 3.75 6.07|Gd 3.64 5.78|Hf 3.195 5.051|" +
    "Re 2.761 4.456|Os 2.734 4.320|Tl 3.46 5.53",
  diamond: "C 3.567|Si 5.431|Ge 5.658|Sn 6.489",
  graphitic: "C 2.461 6.708|BN 2.504 6.661",
  zincblende:
    "BN 3.615|BP 4.538|AlP 5.464|AlAs 5.661|AlSb 6.136|GaP 5.451|GaAs 5.653|GaSb 6.096|InP 5.869|InAs 6.058|InSb 6.479|" +
    "SiC 4.360|ZnS 5.409|ZnSe 5.668|ZnTe 6.104|CdTe 6.482",
  rocksalt:
    "LiH 4.083|LiF 4.027|LiCl 5.130|NaF 4.634|NaCl 5.640|NaBr 5.973|KF 5.347|KCl 6.293|KBr 6.600|MgO 4.212|MgS 5.203|" +
    "CaO 4.811|SrO 5.160|PbS 5.936|PbTe 6.462|TiC 4.328|TiN 4.240|NiO 4.177",
  rutile: "TiO2 4.594 2.959 0.305|SnO2 4.737 3.185 0.307|MgF2 4.623 3.052 0.303",
};

const METALS: readonly CrystalName[] = ["fcc", "bcc", "hcp"];
const RARE_GASES: readonly string[] = ["Ne", "Ar", "Kr", "Xe"];

/** Tells whether a crystal is taken for a metal; this sets smearing and the density of k-points. */
export const isMetallic = (crystal: CrystalName, name: string): boolean =>
  (METALS.includes(crystal) && !RARE_GASES.includes(name)) || (crystal === "graphitic" && name === "C");

interface KnownCrystal {
  readonly name: string;
  readonly crystal: CrystalName;
  readonly a: number;
  readonly c?: number;
  readonly u?: number;
}

/** A name with several crystals has first the one that it stands for. */
const KNOWN: readonly KnownCrystal[] = CRYSTALS.flatMap((crystal) =>
  TABLES[crystal].split("|").map((entry): KnownCrystal => {
    const [name, a, c, u] = entry.split(" ");
    return {
      name: name!,
      crystal,
      a: Number(a),
      ...(c === undefined ? {} : { c: Number(c) }),
      ...(u === undefined ? {} : { u: Number(u) }),
    };
  }),
).sort((p, q) => Number(p.crystal === "graphitic") - Number(q.crystal === "graphitic"));

/** Returns the crystals with lattice constants in the table, such as `Al` or `GaAs`. */
export const knownCrystals = (crystal?: CrystalName): string[] => [
  ...new Set(
    KNOWN.filter((known) => crystal === undefined || known.crystal === crystal).map(({ name }) => name),
  ),
];

/** Values that replace those of the table. */
export interface ShapeChoice {
  readonly crystal?: CrystalName | undefined;
  /** [bohr] */
  readonly a?: number | undefined;
  /** [bohr] */
  readonly c?: number | undefined;
}

/** c/a of close-packed spheres, if only a is given. */
const IDEAL_HCP = Math.sqrt(8 / 3);

/** Kinds of names: one element, two, or two as in TiO2. */
const NAMES: Readonly<Record<CrystalName, readonly string[]>> = {
  fcc: ["X"],
  bcc: ["X"],
  hcp: ["X"],
  diamond: ["X"],
  graphitic: ["X", "XY"],
  zincblende: ["XY"],
  rocksalt: ["XY"],
  rutile: ["XY2"],
};
const EXAMPLES: Readonly<Record<string, string>> = {
  X: "one element",
  XY: "two elements",
  XY2: "a name as TiO2",
};

/**
 * Returns structure and lattice constants of an element, or of a compound as `GaAs` or `TiO2`, by
 * default from the table.
 *
 * @throws InputError for an unknown name, numbers of elements that do not fit the crystal, or no
 *   lattice constant.
 */
export function crystalShape(name: string, choice: ShapeChoice = {}): CrystalShape {
  const { elements, kind } = elementsOf(name);
  const crystal = choice.crystal ?? KNOWN.find((known) => known.name === name)?.crystal;
  requireInput(
    crystal !== undefined,
    () =>
      `crystal: must be given for ${name}, one of ${CRYSTALS.join(", ")}; no lattice constant is shipped for it, give a too`,
  );
  requireInput(NAMES[crystal].includes(kind), () => {
    const fitting = CRYSTALS.filter((each) => NAMES[each].includes(kind));
    return `crystal: must be ${fitting.join(", ").replace(/, (\w+)$/, " or $1")} for ${EXAMPLES[kind]}, got ${crystal} for ${name}`;
  });
  const known = KNOWN.find((each) => each.name === name && each.crystal === crystal);
  const a = choice.a ?? (known && known.a * BOHR_PER_ANGSTROM);
  requireInput(
    a !== undefined && Number.isFinite(a) && a > 0,
    () =>
      `a: must be ${a === undefined ? "given" : "a positive length"} for ${crystal} ${name}, ${a === undefined ? "but it is missing" : `got ${a}`}; constants are shipped for ${knownCrystals(crystal).join(" ")}`,
  );
  const hasHeight = !isCubic(crystal);
  requireInput(
    choice.c === undefined || (hasHeight && Number.isFinite(choice.c) && choice.c > 0),
    () =>
      `c: must be a positive length, of hcp, graphitic and rutile only, got ${choice.c} for ${crystal}; leave it out`,
  );
  if (!hasHeight) return { crystal, elements, a };
  // Where only a is given the cell keeps its shape; that of close-packed spheres is that of hcp.
  const ratio = crystal === "hcp" ? IDEAL_HCP : known && known.c! / known.a;
  const tabulated = known && choice.a === undefined ? known.c! * BOHR_PER_ANGSTROM : undefined;
  const c = choice.c ?? tabulated ?? (ratio && ratio * a);
  requireInput(c !== undefined, () => `c: must be given for ${crystal} ${name}, but it is missing`);
  return { crystal, elements, a, c, ...(crystal === "rutile" && { u: known?.u ?? USUAL_RUTILE }) };
}

/** Crystals with one lattice constant. */
export const isCubic = (crystal: CrystalName): boolean => !["hcp", "graphitic", "rutile"].includes(crystal);

/** Coordinate of the anions of rutile where the table has none. */
const USUAL_RUTILE = 0.305;

/** Elements of a name, and its kind among `NAMES`. */
function elementsOf(name: string): { readonly elements: CrystalShape["elements"]; readonly kind: string } {
  const [, ...parts] = /^([A-Z][a-z]?)(?:([A-Z][a-z]?)(2?))?$/.exec(name) ?? [name, name];
  const [first = name, second, count = ""] = parts;
  for (const symbol of second === undefined ? [first] : [first, second])
    requireInput(
      ELEMENTS.includes(symbol),
      () =>
        `name: must be an element or a compound as GaAs or TiO2, got ${name}${didYouMean(name, [...knownCrystals(), ...ELEMENTS])}`,
    );
  return second === undefined
    ? { elements: [first], kind: "X" }
    : { elements: [first, second], kind: `XY${count}` };
}
