import { requireInput } from "../../../common/failure.ts";
import { BOHR_PER_ANGSTROM } from "../../../common/units.ts";
import { integerVectors, mapVec, norm, rowsVec, type Vec3 } from "../../../common/vec3.ts";
import { spacedKgrid } from "../../../model/kgrid.ts";
import { type Lattice, vacuumAxes } from "../../../model/lattice.ts";
import type { Model } from "../../../model/model.ts";
import type { SymmetryOperation } from "../../../model/symmetry.ts";
import { hardestCutoffs } from "../../prepare/cutoffs.ts";
import type { Accuracy } from "../../schema/accuracy.ts";
import { UNSAID_ECUT } from "../../schema/checks.ts";

/** Share of the error that is allowed to SCF and eigensolver. */
export const SCF_SHARE = 0.05;
/** Errors of a density residual r: 2r² of the energy [Ha], 0.3r of forces and stress × volume. */
export const RESIDUAL = { energy: 2, derivatives: 0.3, least: 1e-7, most: 3e-4 };
/**
 * The same of runs whose energies are compared only, which begin with the density of another
 * k-grid: 0.03 (aluminium) to 1.2 r² (MgO) in cells of a few atoms. In long ones more, as the
 * longest wave has a Coulomb energy and a screening that go as its length squared each.
 */
export function comparedResidual({ reciprocal }: Pick<Lattice, "reciprocal">): typeof RESIDUAL {
  const waves = integerVectors(1).map((n) => norm(rowsVec(reciprocal, n)));
  const longest = Math.min(1, ...waves.filter((length) => length > 0));
  return { ...RESIDUAL, energy: 1 / longest ** 4, most: 5e-3 };
}

/** The density residual at which an iteration may end, so that its share of the errors is small. */
export function toleranceFor(
  { energy, forces, stress }: Accuracy,
  { atoms, lattice }: Pick<Model, "atoms" | "lattice">,
  of: typeof RESIDUAL,
): number {
  const limits = [
    energy && Math.sqrt((SCF_SHARE * energy * atoms.length) / of.energy),
    forces && (SCF_SHARE * forces) / of.derivatives,
    stress && (SCF_SHARE * stress * lattice.volume) / of.derivatives,
  ];
  const found = Math.min(of.most, ...limits.filter((limit) => limit !== undefined));
  return Math.max(of.least, Number(found.toPrecision(2)));
}

/** Distance of k-points of the coarsest grid [bohr⁻¹], quotient to the next, and their number. */
const SPACING = { first: 0.6, finer: 1.5, grids: 9 };

/** A k-grid, and the largest distance of its points [bohr⁻¹]. */
export interface SpacedKgrid {
  readonly kgrid: Vec3;
  readonly spacing: number;
}

/** The k-grid of a spacing, with the crystal's symmetry; one division along a vacuum. */
export function kgridOf({ model: { lattice, atoms }, operations }: Crystal, spacing: number): SpacedKgrid {
  const vacuum: readonly number[] = vacuumAxes(lattice, atoms);
  const divisions = spacedKgrid(lattice, spacing * BOHR_PER_ANGSTROM, operations);
  return { kgrid: mapVec(divisions, (n, axis) => (vacuum.includes(axis) ? 1 : n)), spacing };
}

/** k-grids from coarse to fine. */
export function kgridsFor(crystal: Crystal): SpacedKgrid[] {
  const found: SpacedKgrid[] = [];
  for (let j = 0; j < SPACING.grids; j++) {
    const grid = kgridOf(crystal, SPACING.first / SPACING.finer ** j);
    if (`${grid.kgrid}` !== `${found.at(-1)?.kgrid}`) found.push(grid);
  }
  return found;
}

interface Crystal {
  readonly model: Pick<Model, "lattice" | "atoms">;
  readonly operations: readonly SymmetryOperation[];
}

/** ln of the ratio of the errors at the two measured cutoffs of a potential. */
const TABLE_RATIO = Math.log(25);
/** Where nothing is measured: share of the cutoff of the job, and the exponent of the decay. */
const UNMEASURED = { share: 0.6, decay: 4 };

/**
 * The cutoff to begin at [Ha], between the low and the suggested one of the hardest potential, if
 * that of the job is not between them; and the exponent p of errors that fall as E^−p.
 *
 * @param ecut of the job [Ha], or `UNSAID_ECUT`.
 * @throws InputError if neither the job nor a potential has one.
 */
export function firstCutoff(
  ecut: number,
  model: Pick<Model, "species">,
): { readonly first: number; readonly decay: number } {
  const known = hardestCutoffs(model);
  requireInput(
    known !== undefined || ecut !== UNSAID_ECUT,
    () =>
      "ecut: must be given, because no cutoff is known for these pseudopotentials; the search begins at 0.6 of it",
  );
  if (known === undefined) return { first: UNMEASURED.share * ecut, decay: UNMEASURED.decay };
  const { suggested, low } = known;
  return {
    first: Math.max(low, Math.min(ecut, (low + suggested) / 2)),
    decay: TABLE_RATIO / Math.log(suggested / low),
  };
}
