/**
 * An empirical local potential given by a few numbers in reciprocal space [CB66], as plain data.
 *
 *   V(G) = v_{|G|²} S(G),  S(G) = (1/n_atoms) Σ_atoms e^{−iGR},   |G|² in (2π/a)²
 */
export interface CohenBergstresserPotential {
  readonly kind: "cohen-bergstresser";
  readonly element: string;
  readonly name: string;
  /** Number of valence electrons. */
  readonly charge: number;
  /** Lattice constant a [bohr] of the fcc diamond crystal the numbers belong to. */
  readonly latticeConstant: number;
  /** Pairs of |G|² [(2π/a)²] and form factor v [Ha]; zero for every other |G|². */
  readonly formFactors: readonly (readonly [normG2: number, value: number])[];
}

const RYDBERG = 0.5;

/**
 * Silicon, a = 5.43 Å: v3 = −0.21, v8 = 0.04, v11 = 0.08 Ry [CB66]. The lattice constant uses the
 * bohr of CODATA 2014: levels remain those of the published model [HLC20].
 */
export const COHEN_BERGSTRESSER_SILICON: CohenBergstresserPotential = {
  kind: "cohen-bergstresser",
  element: "Si",
  name: "cohen-bergstresser",
  charge: 4,
  latticeConstant: 10.261212861236006,
  formFactors: [
    [3, -0.21 * RYDBERG],
    [8, 0.04 * RYDBERG],
    [11, 0.08 * RYDBERG],
  ],
};

/**
 * Contribution of one atom, ∫ v(r) e^{−iqr} d³r = v_{q²} a³/8 [Ha·bohr³]; diamond has 8 atoms in
 * a³. q² is matched within 0.01 (2π/a)², so that a may be rounded to four digits.
 */
export function cohenBergstresserLocalFourier(p: CohenBergstresserPotential, q: number): number {
  const normG2 = ((q * p.latticeConstant) / (2 * Math.PI)) ** 2;
  for (const [tabulated, value] of p.formFactors)
    if (Math.abs(normG2 - tabulated) < 0.01) return (value * p.latticeConstant ** 3) / 8;
  return 0;
}
