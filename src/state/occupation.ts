import { requireInput } from "../common/failure.ts";
import { type Smearing, smearing as smearingOf } from "../model/smearing.ts";

/** Eigenvalues of one k-point and spin with its weight in Brillouin-zone sums. */
export interface Levels {
  readonly weight: number;
  /** [Ha], ascending. */
  readonly eigenvalues: Float64Array;
}

/** How the electrons are spread over the levels. */
export interface Occupation {
  /** [Ha]; without smearing the highest occupied level. */
  readonly fermiLevel: number;
  /** Electrons in each level, 0 … fMax, shape [nBands] per k. */
  readonly occupations: readonly Float64Array[];
  /** −T S [Ha]. */
  readonly entropyEnergy: number;
  /** Set when the occupations deserve the user's attention. */
  readonly warnings: readonly string[];
}

/**
 * Fermi level and occupations f_nk = fMax f((ε_nk − ε_F)/T) with Σ w_k f_nk = N.
 *
 * Without smearing the N/fMax lowest bands of every k are full.
 *
 * @param fMax electrons per full level: 2, or 1 with spin.
 * @throws InputError if the bands cannot hold the electrons.
 */
export function occupy(
  levels: readonly Levels[],
  electrons: number,
  fMax: number,
  smearing: Smearing,
  temperature: number,
): Occupation {
  return temperature > 0 && smearing.name !== "none"
    ? smeared(levels, electrons, fMax, smearing, temperature)
    : aufbau(levels, electrons, fMax);
}

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
 * ε_F with Σ w_k fMax f((ε_nk − ε_F)/T) = N. A function f that is not monotone may give several; then it is the one
 * nearest to the level of Gaussian smearing, where the count is monotone: others come from levels a few widths away.
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
  if (Math.abs(start) < 1e-12 * electrons) return near; // in a gap every level between the bands would do
  // The nearest change of sign, in steps well below the distance of extrema of f.
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
  requireInput(
    levels.every(({ eigenvalues }) => eigenvalues.length >= filled),
    () =>
      `bands: must be at least ${filled} for ${electrons} electrons, got ${levels[0]?.eigenvalues.length}`,
  );
  const top = Math.max(
    ...levels.map(({ eigenvalues }) => (filled > 0 ? eigenvalues[filled - 1]! : eigenvalues[0]!)),
  );
  const above = Math.min(...levels.map(({ eigenvalues }) => eigenvalues[filled] ?? Number.POSITIVE_INFINITY));
  return {
    fermiLevel: top,
    occupations: levels.map(({ eigenvalues }) => eigenvalues.map((_, j) => (j < filled ? fMax : 0))),
    entropyEnergy: 0,
    warnings:
      above <= top
        ? [
            `smearing: none, but bands overlap by ${(top - above).toExponential(2)} Ha: the system is a metal; choose a smearing and a temperature`,
          ]
        : [],
  };
}
