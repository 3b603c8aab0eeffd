import { requireInput } from "../../common/failure.ts";
import { didYouMean } from "../../common/text/nearest.ts";
import { ELEMENTS } from "../elements.ts";
import type { GthPotential } from "../pseudopotential.ts";
import { symmetric } from "./gth-format.ts";
import { GTH_LDA, GTH_PBE } from "./gth-table.generated.ts";

/**
 * The shipped GTH potentials [GTH96, HGH98, Kra05]: one line per entry, local part and channels
 * separated by `|`,
 *
 *   Al 3|r_loc C1 … Cn|r_0 upper triangle of h⁰|r_1 upper triangle of h¹
 *
 * The first line of an element is the entry that CP2K's table itself calls by the plain name, as in
 * GTH-PADE.
 */
interface Family {
  readonly name: string;
  /** Name of an entry before its `-q3`. */
  readonly prefix: string;
  readonly table: string;
}

const FAMILIES: readonly Family[] = [
  { name: "gth-lda", prefix: "GTH-PADE", table: GTH_LDA },
  { name: "gth-pbe", prefix: "GTH-PBE", table: GTH_PBE },
];

/** Names of the shipped families; each may be followed by a charge, as in `gth-lda-q11`. */
export const GTH_FAMILIES: readonly string[] = FAMILIES.map(({ name }) => name);

/**
 * The shipped potential of an element: `gth-lda` and `gth-pbe` take the entry that CP2K's table
 * calls by the plain name (for copper 11 electrons, for iron 16), `gth-lda-q8` the one with 8
 * electrons.
 *
 * @throws InputError naming the element, the family and what there is instead.
 */
export function findGth(element: string, family: string): GthPotential {
  const parts = /^(.*?)(?:-q(\d+))?$/.exec(family)!;
  const chosen = FAMILIES.find(({ name }) => name === parts[1]);
  requireInput(
    chosen !== undefined,
    () =>
      `pseudopotentials: unknown family ${family}${didYouMean(family, GTH_FAMILIES)}; ` +
      `take ${GTH_FAMILIES.join(", ")}, one with a charge as in gth-lda-q3, or a file`,
  );
  const entries = linesOf(chosen, element);
  requireInput(entries.length > 0, () => notThere(chosen, element));
  const charges = entries.map(chargeOf);
  const charge = parts[2] === undefined ? charges[0]! : Number(parts[2]);
  const line = entries[charges.indexOf(charge)];
  requireInput(
    line !== undefined,
    () =>
      `pseudopotentials: ${chosen.name} has no ${element} with ${charge} valence electrons; ` +
      `take ${ascending(charges)
        .map((q) => `${chosen.name}-q${q}`)
        .join(" or ")}`,
  );
  return parseLine(chosen, element, line);
}

/** Valence charges the family has for an element, ascending; empty if none. */
export const gthCharges = (element: string, family: string): readonly number[] =>
  ascending(
    FAMILIES.filter(({ name }) => name === family).flatMap((chosen) =>
      linesOf(chosen, element).map(chargeOf),
    ),
  );

/** The job's name of a shipped potential, `gth-lda-q11`; of another its own. */
export function gthFamilyName({ name }: GthPotential): string {
  const family = FAMILIES.find(({ prefix }) => name.startsWith(`${prefix}-q`));
  return family === undefined ? name : name.replace(family.prefix, family.name);
}

const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

const linesOf = ({ table }: Family, element: string): string[] =>
  table.split("\n").filter((line) => line.startsWith(`${element} `));

const chargeOf = (line: string): number => Number(line.slice(line.indexOf(" ") + 1, line.indexOf("|")));

function notThere({ name, table }: Family, element: string): string {
  const present = new Set(table.split("\n").map((line) => line.slice(0, line.indexOf(" "))));
  if (!ELEMENTS.includes(element))
    return `pseudopotentials: ${element} is not a chemical symbol${didYouMean(element, ELEMENTS)}`;
  return (
    `pseudopotentials: ${name} has no entry for ${element}; it has ` +
    `${ELEMENTS.filter((symbol) => present.has(symbol)).join(" ")}; give a file for ${element}`
  );
}

function parseLine({ prefix }: Family, element: string, line: string): GthPotential {
  const [, local, ...channels] = line.split("|").map((part) => part.split(" ").map(Number));
  const charge = chargeOf(line);
  return {
    kind: "gth",
    element,
    name: `${prefix}-q${charge}`,
    charge,
    rloc: local![0]!,
    c: local!.slice(1),
    channels: channels.map(([r, ...triangle]) => {
      const n = (Math.sqrt(8 * triangle.length + 1) - 1) / 2;
      return { r: r!, h: symmetric(n, triangle) };
    }),
  };
}
