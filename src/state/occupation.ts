import { requireInput } from "../common/failure.ts";
import { isSmeared, levelCapacity, type Model } from "../model/model.ts";
import { type Smearing, smearing as smearingOf } from "../model/smearing.ts";

/** Eigenvalues of one k-point and spin, with the weight in Brillouin-zone sums. */
export interface Levels {
  readonly weight: number;
  /** 0 for ↑, 1 for ↓; absent or 0 if both spins share orbitals. */
  readonly spin?: number;
  /** [Ha], ascending. */
  readonly eigenvalues: Float64Array;
}

/** Occupations of all levels and quantities that follow from them. */
export interface Occupation {
  /** [Ha]; without smearing the highest occupied level. */
  readonly fermiLevel: number;
  /** Electrons in each level, 0 … fMax, shape [nBands] per k. */
  readonly occupations: readonly Float64Array[];
  /** −T S [Ha]. */
  readonly entropyEnergy: number;
  /** Lowest empty minus highest full level [Ha], without smearing; Infinity if none is empty. */
  readonly gap?: number;
  /** Smallest gap at one k-point and spin [Ha]; 0 if a degenerate level is partly filled. */
  readonly directGap?: number;
  /** Warnings about the occupations for the user. */
  readonly warnings: readonly string[];
}

/** The part of a model that determines occupations. */
export type OccupiedModel = Pick<Model, "electrons" | "nSpin" | "perLevel" | "smearing" | "temperature">;

/**
 * Finds the Fermi level and the occupations f_nk = fMax f((ε_nk − ε_F)/T) with Σ w_k f_nk = N, fMax
 * from `levelCapacity`.
 *
 * Without smearing the N/fMax lowest bands of every k are full. With spin whole bands are filled so
 * that the sum of filled levels is smallest, which is the ground state of an insulator.
 *
 * @throws InputError if the bands cannot hold the electrons.
 */
export function occupy(model: OccupiedModel, levels: readonly Levels[]): Occupation {
  const { electrons, temperature } = model;
  const fMax = levelCapacity(model);
  return isSmeared(model)
    ? smeared(levels, electrons, fMax, smearingOf(model.smearing), temperature)
    : aufbau(levels, electrons, fMax);
}

/** Returns the weights of the density, f_n w_k [electrons], one array per k-point and spin. */
export const densityWeights = (
  { occupations }: Pick<Occupation, "occupations">,
  levels: readonly Pick<Levels, "weight">[],
): Float64Array[] => occupations.map((f, i) => f.map((x) => x * levels[i]!.weight));

function smeared(
  levels: readonly Levels[],
  electrons: number,
  fMax: number,
  smearing: Smearing,
  temperature: number,
): Occupation {
  const room = fMax * levels.reduce((sum, { weight, eigenvalues }) => sum + weight * eigenvalues.length, 0);
  requireInput(
    room > electrons,
    () =>
      `bands: must hold more than the ${electrons} electrons when smeared, got room for ${room}; raise bands`,
  );
  const fermiLevel = fermiLevelOf(levels, electrons, fMax, smearing, temperature);
  let entropy = 0;
  const occupations = levels.map(({ weight, eigenvalues }) =>
    eigenvalues.map((e) => {
      const x = (e - fermiLevel) / temperature;
      entropy += weight * fMax * smearing.entropy(x);
      return fMax * smearing.occupation(x);
    }),
  );
  const last = Math.max(...occupations.map((f) => Math.abs(f.at(-1)!)));
  const warnings =
    last > 1e-5 * fMax
      ? [`bands: the highest band holds ${last.toExponential(1)} electrons; raise bands`]
      : [];
  return { fermiLevel, occupations, entropyEnergy: -temperature * entropy, warnings };
}

/**
 * Returns ε_F with Σ w_k fMax f((ε_nk − ε_F)/T) = N. If f is not monotone there may be several; the
 * one nearest to the level of Gaussian smearing is taken, since others come from levels a few
 * widths away.
 */
function fermiLevelOf(
  levels: readonly Levels[],
  electrons: number,
  fMax: number,
  smearing: Smearing,
  temperature: number,
): number {
  const excess = ({ occupation }: Smearing, mu: number): number => {
    let sum = 0;
    for (const { weight, eigenvalues } of levels)
      for (const e of eigenvalues) sum += weight * fMax * occupation((e - mu) / temperature);
    return sum - electrons;
  };
  const bisect = (f: Smearing, from: number, to: number): number => {
    let [low, high] = [from, to];
    for (let i = 0; i < 200; i++) {
      const middle = 0.5 * (low + high);
      if (middle === low || middle === high) break;
      if (excess(f, middle) < 0) low = middle;
      else high = middle;
    }
    return 0.5 * (low + high);
  };
  const lowest = Math.min(...levels.map(({ eigenvalues }) => eigenvalues[0]!)) - 50 * temperature;
  const highest = Math.max(...levels.map(({ eigenvalues }) => eigenvalues.at(-1)!)) + 50 * temperature;
  if (smearing.isMonotone) return bisect(smearing, lowest, highest);

  const near = bisect(smearingOf("gaussian"), lowest, highest);
  const start = excess(smearing, near);
  if (Math.abs(start) < 1e-12 * electrons) return near; // in a gap any level will do
  // Nearest change of sign, in steps well below the distance of extrema of f.
  const step = temperature / 16;
  for (let distance = step; distance < highest - lowest; distance += step)
    for (const side of [near - distance, near + distance])
      if (excess(smearing, side) * start <= 0) {
        const inner = side < near ? side + step : side - step;
        return excess(smearing, side) < 0 ? bisect(smearing, side, inner) : bisect(smearing, inner, side);
      }
  return bisect(smearing, lowest, highest);
}

function aufbau(levels: readonly Levels[], electrons: number, fMax: number): Occupation {
  const filled = electrons / fMax;
  requireInput(
    Number.isInteger(filled),
    () =>
      `smearing: ${electrons} electrons do not fill whole bands of ${fMax}; ` +
      "choose a smearing and a temperature, for example fermi-dirac with 0.01 Ha",
  );
  const counts = wholeBands(levels, electrons, fMax);
  const full = levels.map(({ eigenvalues, spin = 0 }) => eigenvalues[counts[spin]! - 1] ?? -Infinity);
  const empty = levels.map(({ eigenvalues, spin = 0 }) => eigenvalues[counts[spin]!] ?? Infinity);
  const top = filled > 0 ? Math.max(...full) : Math.min(...empty);
  const gap = Math.min(...empty) - Math.max(...full);
  return {
    fermiLevel: top,
    occupations: levels.map(({ eigenvalues, spin = 0 }) =>
      eigenvalues.map((_, j) => (j < counts[spin]! ? fMax : 0)),
    ),
    entropyEnergy: 0,
    gap,
    directGap: Math.min(...empty.map((e, i) => e - full[i]!)),
    warnings:
      gap <= 0
        ? [
            `smearing: none, but bands overlap by ${(-gap).toExponential(2)} Ha: the system is a metal; choose a smearing and a temperature`,
          ]
        : [],
  };
}

/** Returns the full bands of each spin with the least sum Σ_σ Σ_k w_k Σ_{n ≤ n_σ} ε_nkσ. */
function wholeBands(levels: readonly Levels[], electrons: number, fMax: number): readonly number[] {
  const filled = electrons / fMax;
  const spins = [...new Set(levels.map(({ spin = 0 }) => spin))].sort();
  const held = spins.map((s) =>
    Math.min(...levels.filter(({ spin = 0 }) => spin === s).map(({ eigenvalues }) => eigenvalues.length)),
  );
  requireInput(
    held.reduce((sum, n) => sum + n, 0) >= filled,
    () =>
      `bands: must be at least ${Math.ceil(filled / spins.length)} for ${electrons} electrons, got ${held[0]}`,
  );
  const counts = [0, 0];
  const [first = 0] = spins;
  if (spins.length === 1) {
    counts[first] = filled;
    return counts;
  }
  /** Returns Σ_k w_k ε_nk, the energy of filling the n-th band of a spin; ascending in n. */
  const cost = (s: number, n: number): number =>
    levels.reduce(
      (sum, { spin = 0, weight, eigenvalues }) => (spin === s ? sum + weight * eigenvalues[n]! : sum),
      0,
    );
  for (let n = 0; n < filled; n++) {
    const [up, down] = spins.map((s, i) => (counts[s]! < held[i]! ? cost(s, counts[s]!) : Infinity));
    counts[up! <= down! ? 0 : 1]!++;
  }
  return counts;
}
