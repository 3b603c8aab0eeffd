import { requireInput } from "../common/failure.ts";
import { erfc } from "../common/special/erfc.ts";

/** All values of `smearing`. */
export const SMEARING_NAMES = [
  "none",
  "fermi-dirac",
  "gaussian",
  "methfessel-paxton-1",
  "marzari-vanderbilt",
] as const;

export type SmearingName = (typeof SMEARING_NAMES)[number];

/** Largest width [Ha]; more is a temperature in kelvin. */
const WIDEST = 10;

/**
 * Returns the smearing at a temperature [Ha]: none at 0, and Fermi-Dirac where none is named.
 *
 * @throws InputError for a temperature outside 0 to 10 Ha, for a smearing at 0, and for none above.
 */
export function smearingAt(temperature: number, name?: SmearingName): SmearingName {
  requireInput(
    temperature >= 0 && temperature <= WIDEST,
    () =>
      `temperature: must be a smearing width in Ha from 0 to ${WIDEST}, got ${temperature}; 300 K would be 0.00095 Ha, 1 eV 0.0367 Ha`,
  );
  requireInput(
    temperature > 0 || name === undefined || name === "none",
    () => `temperature: must be positive with smearing ${name}, got 0; give a width in Ha such as 0.001`,
  );
  requireInput(
    temperature === 0 || name !== "none",
    () => `smearing: must not be none at temperature ${temperature} Ha, got "none"; leave out one of the two`,
  );
  return name ?? (temperature === 0 ? "none" : "fermi-dirac");
}

/**
 * Occupation of a level as a function of x = (ε − μ)/T, and the entropy for which the free energy
 * is stationary.
 *
 *   f(x) → 1 for x → −∞,  f(x) → 0 for x → +∞;      s(x) with ds/dx = x df/dx,  s(±∞) = 0
 *
 * With fMax electrons per full level (2 without spin, 1 with), weights w_k and width T [Ha]:
 *
 *   occupation of level nk:  fMax f(x_nk);      energy "entropy" = −T fMax Σ_nk w_k s(x_nk)  [Ha]
 *
 * so that d(E_entropy) = −Σ w_k (ε_nk − μ) d(fMax f_nk): the free energy is stationary when
 * electrons move between levels.
 */
export interface Smearing {
  readonly name: SmearingName;
  /**
   * Order m in T of the free energy A(T) − A(0) of a smooth density of states; then the energy at
   * T = 0 is A − E_entropy/m up to higher orders (docs/error-estimates.md, section 5).
   */
  readonly order: 2 | 3 | 4;
  /** f falls monotonically, so 0 ≤ f ≤ 1; otherwise there may be several Fermi levels. */
  readonly isMonotone: boolean;
  /** f(x). */
  occupation(x: number): number;
  /** Returns df/dx. For `none` it is 0 away from the step at x = 0 and −∞ there. */
  occupationDerivative(x: number): number;
  /** s(x). */
  entropy(x: number): number;
}

const SQRT_PI = Math.sqrt(Math.PI);

/** Filled below μ and at μ, empty above; the limit T → 0 of all others. */
const none: Smearing = {
  name: "none",
  order: 2,
  isMonotone: true,
  occupation: (x) => (x <= 0 ? 1 : 0),
  occupationDerivative: (x) => (x === 0 ? Number.NEGATIVE_INFINITY : 0),
  entropy: () => 0,
};

/** f = 1/(1 + eˣ),  s = −f ln f − (1 − f) ln(1 − f) [Mer65], in e^{−|x|} against overflow. */
const fermiDirac: Smearing = {
  name: "fermi-dirac",
  order: 2,
  isMonotone: true,
  occupation: (x) => {
    const e = Math.exp(-Math.abs(x));
    return (x > 0 ? e : 1) / (1 + e);
  },
  occupationDerivative: (x) => {
    const e = Math.exp(-Math.abs(x));
    return -e / ((1 + e) * (1 + e));
  },
  entropy: (x) => {
    const a = Math.abs(x);
    if (a > 800) return 0;
    const e = Math.exp(-a);
    return Math.log1p(e) + (a * e) / (1 + e);
  },
};

/** f = ½ erfc(x),  s = e^{−x²}/(2√π). */
const gaussian: Smearing = {
  name: "gaussian",
  order: 2,
  isMonotone: true,
  occupation: (x) => 0.5 * erfc(x),
  occupationDerivative: (x) => -Math.exp(-x * x) / SQRT_PI,
  entropy: (x) => Math.exp(-x * x) / (2 * SQRT_PI),
};

/** Returns e^{−x²} p, and 0 instead of 0·∞ for large |x|. */
const times = (gauss: number, p: number): number => (gauss === 0 ? 0 : gauss * p);

/** f = ½ erfc(x) − x e^{−x²}/(2√π),  s = (1 − 2x²) e^{−x²}/(4√π) [MP89], order N = 1. */
const methfesselPaxton1: Smearing = {
  name: "methfessel-paxton-1",
  order: 4,
  isMonotone: false,
  occupation: (x) => 0.5 * erfc(x) - times(Math.exp(-x * x), x) / (2 * SQRT_PI),
  occupationDerivative: (x) => times(Math.exp(-x * x), x * x - 1.5) / SQRT_PI,
  entropy: (x) => times(Math.exp(-x * x), 1 - 2 * x * x) / (4 * SQRT_PI),
};

/** Cold smearing [MVDP99]: u = x + 1/√2,  f = ½ erfc(u) + e^{−u²}/√(2π),  s = u e^{−u²}/√(2π). */
const marzariVanderbilt: Smearing = {
  name: "marzari-vanderbilt",
  order: 3,
  isMonotone: false,
  occupation: (x) => {
    const u = x + Math.SQRT1_2;
    return 0.5 * erfc(u) + Math.exp(-u * u) / (Math.SQRT2 * SQRT_PI);
  },
  occupationDerivative: (x) => {
    const u = x + Math.SQRT1_2;
    return times(Math.exp(-u * u), -(2 + Math.SQRT2 * x)) / SQRT_PI;
  },
  entropy: (x) => {
    const u = x + Math.SQRT1_2;
    return times(Math.exp(-u * u), u) / (Math.SQRT2 * SQRT_PI);
  },
};

const all: Readonly<Record<SmearingName, Smearing>> = {
  none,
  "fermi-dirac": fermiDirac,
  gaussian,
  "methfessel-paxton-1": methfesselPaxton1,
  "marzari-vanderbilt": marzariVanderbilt,
};

export const smearing = (name: SmearingName): Smearing => all[name];
