import type { Grid } from "../basis/grid.ts";
import { requireInput } from "../common/failure.ts";
import { add, type Vec3 } from "../common/vec3.ts";
import { asRealField, newRealField, type ReadonlyRealField, type RealField } from "../kernels/fields.ts";
import type { SmearingName } from "../model/smearing.ts";
import { fixedPotential } from "../terms/external/external.ts";
import { hartree } from "../terms/hartree/hartree.ts";
import { pairInteraction } from "../terms/hartree/pair-interaction.ts";
import { type DefinedModel, defineModel } from "./define-model.ts";

/** Sheet of positive charge across the line. */
export interface Ion {
  /** [bohr] */
  readonly position: number;
  /** Z, in electrons per cell of the plane. */
  readonly charge: number;
  /** Width s of its Gaussian e^{−x²/2s²} [bohr]. */
  readonly width: number;
  /** Depth of an additional well of the same shape that binds electrons [Ha]. Default 0. */
  readonly depth?: number;
}

/** Electrons and ions on a periodic line. */
export interface LineSystem {
  /** [bohr] */
  readonly length: number;
  readonly ions: readonly Ion[];
  /** Side of the square cell of the plane [bohr]; it sets the interaction strength. Default 5. */
  readonly width?: number;
  /** Default 3 Ha. */
  readonly ecut?: number;
  /** Default gaussian with 0.01 Ha. */
  readonly smearing?: SmearingName;
  readonly temperature?: number;
  /** Number of k-points on the shifted grid. Default a density of one k-point for 200 bohr. */
  readonly kpoints?: number;
  /** Replaces Coulomb's 4π/|G|² by v(|G|²); v(0) must be 0 or a background's. */
  readonly interaction?: (g2: number) => number;
}

/**
 * Makes a reduced Hartree-Fock model of electrons on a line, uniform in the plane across it, among
 * sheets of positive charge:
 *
 *   E = Σ f ⟨ψ|½p²|ψ⟩ − T S + ½ ∫∫ (ρ − ν) v (ρ − ν) + ∫ W ρ,   v(G) = 4π/|G|²
 *
 * with ν the Gaussian ions and W their wells. The energy is convex in ρ: the ground state is
 * unique, and all eigenvalues of ε† = 1 − χ₀v are at least 1. Density and interaction have the
 * units of three dimensions, and the preconditioners apply unchanged.
 *
 * @throws InputError if a value is out of range.
 *
 * @example
 * ```ts
 * import { groundState, lineSystem, metalLine } from "stillwave";
 *
 * const model = await lineSystem(metalLine(4));
 * console.log((await groundState(model)).history.length);
 * ```
 */
export async function lineSystem({
  length,
  ions,
  width = 5,
  ecut = 3,
  smearing = "gaussian",
  temperature = 0.01,
  kpoints = Math.max(1, Math.ceil(200 / length)),
  interaction,
}: LineSystem): Promise<DefinedModel> {
  requireInput(
    length > 0 && Number.isFinite(length),
    () => `length: must be a positive number of bohr, got ${length}`,
  );
  const charge = ions.reduce((sum, ion) => sum + ion.charge, 0);
  requireInput(charge > 0, () => `ions: must have a positive charge in all, got ${charge}`);
  for (const { width: s } of ions)
    requireInput(s > 0, () => `ions.width: must be a positive number of bohr, got ${s}`);
  return defineModel({
    cell: [[length]],
    width,
    ecut,
    particles: charge,
    perLevel: 2,
    smearing,
    temperature,
    kgrid: [kpoints],
    kshift: [0.5],
    start: (grid) => nuclei(grid),
    terms: (grid) => {
      const coulomb = interaction === undefined ? hartree(grid, 1) : pairInteraction(grid, 1, interaction);
      const wells = gaussians(grid, wellHeight);
      const { energy, potential: ionic } = coulomb.evaluate(nuclei(grid));
      /** Returns −∫ f ∂h_i/∂x_i for every ion, with h its Gaussian times a height. */
      const pulls = (f: ReadonlyRealField, height: (ion: Ion) => number): Vec3[] =>
        ions.map((ion) => {
          const { position, width: s } = ion;
          const slope = (r: number) =>
            periodicGaussian((r * length) / grid.points - position, s, length, true);
          const sum = f.reduce((total, x, r) => total + x * slope(r), 0);
          return [-grid.dvol * height(ion) * sum, 0, 0];
        });
      return [
        coulomb,
        {
          ...fixedPotential("external", grid, asRealField(wells.map((v, r) => v - ionic[r]!))),
          forces({ rho }) {
            const toIons = pulls(coulomb.evaluate(rho).potential, (ion) => -chargeHeight(ion));
            return pulls(rho, wellHeight).map((f, i) => add(f, toIons[i]!));
          },
        },
        { name: "ewald", energy: () => energy, forces: () => pulls(ionic, chargeHeight) },
      ];
    },
  });

  /** Returns ν(x) [bohr⁻³]. */
  function nuclei(grid: Grid): RealField {
    return gaussians(grid, chargeHeight);
  }

  function chargeHeight({ charge: z, width: s }: Ion): number {
    return z / (s * Math.sqrt(2 * Math.PI) * width * width);
  }

  function wellHeight({ depth = 0 }: Ion): number {
    return -depth;
  }

  /** Returns Σ_ions height e^{−x²/2s²}. */
  function gaussians({ points }: Grid, height: (ion: Ion) => number): RealField {
    const out = newRealField(points);
    for (const ion of ions)
      for (let r = 0; r < points; r++)
        out[r]! += height(ion) * periodicGaussian((r * length) / points - ion.position, ion.width, length);
    return out;
  }
}

/** Returns Σ_images e^{−(x + image)²/2s²}, or minus its derivative by x. */
function periodicGaussian(x: number, s: number, length: number, isSlope = false): number {
  const reach = 1 + Math.ceil((9 * s) / length); // e^{−40} beyond
  const near = x - length * Math.round(x / length);
  let sum = 0;
  for (let image = -reach; image <= reach; image++) {
    const d = near + image * length;
    sum += (isSlope ? d / (s * s) : 1) * Math.exp((-d * d) / (2 * s * s));
  }
  return sum;
}

/** One electron per ion: the band is half full. */
const METAL = { spacing: 4, charge: 1, width: 1, depth: 0.6 } as const;
/** Two electrons per ion, bound by deep wells: full bands below a gap. */
const INSULATOR = { spacing: 5, charge: 2, width: 0.8, depth: 1.3 } as const;

const row = (
  { spacing, charge, width, depth }: typeof METAL | typeof INSULATOR,
  count: number,
  start = 0,
): Ion[] =>
  Array.from({ length: count }, (_, i) => ({ position: start + (i + 0.5) * spacing, charge, width, depth }));

/** Makes a chain of `cells` ions with half a band of electrons. */
export const metalLine = (cells: number): LineSystem => ({
  length: cells * METAL.spacing,
  ions: row(METAL, cells),
});

/** Makes a chain of `cells` ions with full bands. */
export const insulatorLine = (cells: number): LineSystem => ({
  length: cells * INSULATOR.spacing,
  ions: row(INSULATOR, cells),
  smearing: "none",
  temperature: 0,
});

/** Makes `cells` ions of the metal, the same length of the insulator, and the same of vacuum. */
export function mixedLine(cells: number): LineSystem {
  const part = cells * METAL.spacing;
  const insulators = Math.round(part / INSULATOR.spacing);
  const end = part + insulators * INSULATOR.spacing;
  return { length: end + part, ions: [...row(METAL, cells), ...row(INSULATOR, insulators, part)] };
}
