/**
 * Width of the Gaussian that stands for the valence density of an isolated atom in the initial
 * guess [bohr]:
 *
 *   ρ_atom(q) = Z_val e^{−q² l²},   l = guessWidth(core electrons, valence electrons)
 *
 * The lengths were fitted to free atoms by the ABINIT project; row: size of the core, column: 1, 2,
 * … valence electrons, the last number standing for all that follow.
 */
const WIDTHS: readonly { readonly upToCore: number; readonly widths: readonly number[] }[] = [
  { upToCore: 0, widths: [0.6, 0.4, 0.3, 0.25, 0.2] },
  { upToCore: 2, widths: [1.8, 1.4, 1, 0.7, 0.6, 0.5, 0.4, 0.35, 0.3] },
  { upToCore: 10, widths: [2, 1.6, 1.25, 1.1, 1, 0.9, 0.8, 0.7, 0.7, 0.7, 0.6] },
  { upToCore: 12, widths: [1.9, 1.5, 1.15, 1, 0.9, 0.8, 0.7, 0.6, 0.6, 0.6, 0.5] },
  { upToCore: 18, widths: [2, 1.8, 1.5, 1.2, 1, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.65, 0.6] },
  {
    upToCore: 28,
    widths: [1.5, 1.25, 1.15, 1.05, 1, 0.95, 0.95, 0.9, 0.9, 0.85, 0.85, 0.8, 0.8, 0.75, 0.7],
  },
  { upToCore: 36, widths: [2, 2, 1.6, 1.4, 1.25, 1.1, 1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7] },
  {
    upToCore: Number.POSITIVE_INFINITY,
    widths: [2, 2, 1.55, 1.25, 1.15, 1.1, 1.05, 1, 0.95, 0.9, 0.85, 0.85, 0.8],
  },
];

/** Returns l [bohr] for rounded electron numbers; 0 for an atom without valence electrons. */
export function guessWidth(coreElectrons: number, valenceElectrons: number): number {
  const core = Math.round(coreElectrons);
  const valence = Math.round(valenceElectrons);
  if (valence <= 0) return 0;
  const { widths } = WIDTHS.find(({ upToCore }) => core <= upToCore)!;
  return widths[Math.min(valence, widths.length) - 1]!;
}
