import { requireInput } from "../../common/failure.ts";
import { readNumber } from "../../common/options.ts";
import { BOHR_PER_ANGSTROM, EV_PER_HARTREE, GIGAPASCAL_PER_ATOMIC } from "../../common/units.ts";
import type { ErrorQuantity } from "../../refine/parts.ts";

/** Errors that are allowed; at least one is given. */
export interface Accuracy extends Readonly<Partial<Record<ErrorQuantity, number>>> {
  /** Of the free energy [Ha/atom]. */
  readonly energy?: number;
  /** Of the largest force, as a vector [Ha/bohr]. */
  readonly forces?: number;
  /** Of the stress, the largest row [Ha/bohr³]. */
  readonly stress?: number;
  /** Whether the energy is meant at width 0, so that the part of the smearing counts. */
  readonly countsSmearing?: boolean;
}

/** [Ha] of the units of energy. */
export const ENERGY_UNITS: Readonly<Record<string, number>> = {
  Ha: 1,
  mHa: 1e-3,
  Ry: 0.5,
  mRy: 0.5e-3,
  eV: 1 / EV_PER_HARTREE,
  meV: 1e-3 / EV_PER_HARTREE,
};

/** [bohr] of the units of length that follow an energy. */
const LENGTHS: Readonly<Record<string, number>> = {
  bohr: 1,
  Å: BOHR_PER_ANGSTROM,
  A: BOHR_PER_ANGSTROM,
  angstrom: BOHR_PER_ANGSTROM,
};

/** [Ha/bohr³] of the units of pressure. */
const PRESSURES: Readonly<Record<string, number>> = {
  GPa: 1 / GIGAPASCAL_PER_ATOMIC,
  MPa: 1e-3 / GIGAPASCAL_PER_ATOMIC,
  kbar: 0.1 / GIGAPASCAL_PER_ATOMIC,
};

/** Rule of an accuracy, as in messages. */
export const ACCURACY_RULE =
  "must be errors with units, of the energy per atom, of forces, of the stress; such as 1meV/atom or 5e-5Ha,0.01eV/Å,0.1GPa";

/** Stands in an accuracy where the part of the smearing counts. */
const COLD = "T=0";

/**
 * Reads an accuracy: numbers with units, separated by commas. An energy is meant per atom, whether
 * it says `/atom` or not; an energy over a length is that of a force, a pressure or an energy over
 * a volume that of the stress.
 *
 * @returns undefined for what is none.
 */
export function readAccuracy(text: string): Accuracy | undefined {
  const found: { -readonly [Name in keyof Accuracy]: Accuracy[Name] } = {};
  for (const word of text.split(",").map((each) => each.trim())) {
    const read = word === COLD ? (["countsSmearing", true] as const) : readError(word);
    if (read === undefined || found[read[0]] !== undefined) return undefined;
    Object.assign(found, { [read[0]]: read[1] });
  }
  const { energy, forces, stress, countsSmearing } = found;
  // the smearing of forces and stress is known to an order of magnitude only
  const isMeant = countsSmearing ? energy !== undefined : (energy ?? forces ?? stress) !== undefined;
  return isMeant ? found : undefined;
}

function readError(word: string): readonly [ErrorQuantity, number] | undefined {
  const [, digits = "", unit = ""] = /^([-+.\d]+(?:e[-+]?\d+)?)\s*(\S+)$/i.exec(word) ?? [];
  const value = readNumber(digits);
  if (!(value > 0 && Number.isFinite(value))) return undefined;
  if (Object.hasOwn(PRESSURES, unit)) return ["stress", value * PRESSURES[unit]!];
  const [, energy = "", per, power = ""] = /^(\w+?)(?:\/(\D+?)(\^?3|³)?)?$/u.exec(unit) ?? [];
  if (!Object.hasOwn(ENERGY_UNITS, energy)) return undefined;
  const hartree = value * ENERGY_UNITS[energy]!;
  if (per === undefined || (per === "atom" && power === "")) return ["energy", hartree];
  if (!Object.hasOwn(LENGTHS, per)) return undefined;
  const bohr = LENGTHS[per]!;
  return power === "" ? ["forces", hartree / bohr] : ["stress", hartree / bohr ** 3];
}

/** Reads the accuracy of a job or a caller. @throws InputError with the rule if it is none. */
export function accuracyOf(text: string): Accuracy {
  const found = readAccuracy(text);
  const [rule, remedy] = ACCURACY_RULE.split("; ");
  requireInput(found !== undefined, () => `accuracy: ${rule}, got ${JSON.stringify(text)}; ${remedy}`);
  return found;
}
