import { plural } from "../../common/plural.ts";
import { lengthText } from "../../common/text/length-text.ts";
import type { Vec3 } from "../../common/vec3.ts";
import { symmetrizedCrystal } from "../../model/crystal-symmetry/symmetrized-crystal.ts";
import { spacedKgrid } from "../../model/kgrid.ts";
import type { KpointChoice } from "../../model/kpoint-set.ts";
import { createLattice } from "../../model/lattice.ts";
import type { Model } from "../../model/model.ts";
import type { Structure } from "../../model/structure.ts";
import {
  findSymmetry,
  IDENTITY,
  kindsOf,
  type SpaceGroupName,
  type SymmetryAnalyser,
  type SymmetryOperation,
} from "../../model/symmetry.ts";
import type { Job } from "../schema/job.ts";
import type { PlatformServices } from "./platform.ts";

/** Symmetry of a crystal: its space group and the number of operations of the cell. */
export interface SymmetryReport extends SpaceGroupName {
  readonly operations: number;
}

/** A model of which its operations are exact symmetries. */
export interface SymmetricModel {
  readonly model: Model;
  /** A group; the identity alone where symmetry is off. */
  readonly operations: readonly SymmetryOperation[];
  readonly symmetry?: SymmetryReport | undefined;
  /** What was done to positions, and what nearly would have been a symmetry, one line each. */
  readonly warnings: readonly string[];
}

/** Groups of more operations are those of repeated cells, whose analyses take seconds. */
const SUPERCELL = 400;

/** Positions this near a higher symmetry [bohr] are worth a line. */
const NEAR_MISS = 0.01;

/** Finds the symmetry of a job's crystal and moves atoms and lattice vectors to make it exact. */
export async function symmetricModel(
  job: Pick<Job, "symmetry" | "symmetryTolerance">,
  model: Model,
  platform: Pick<PlatformServices, "analyseSymmetry">,
): Promise<SymmetricModel> {
  if (!job.symmetry) return { model, operations: [IDENTITY], warnings: [] };
  return withSymmetry(model, await platform.analyseSymmetry(), job.symmetryTolerance);
}

/** Does the same for any model with lattice and atoms. */
function withSymmetry<M extends Pick<Model, "lattice" | "atoms">>(
  model: M,
  analyse: SymmetryAnalyser,
  tolerance: number,
): Omit<SymmetricModel, "model"> & { readonly model: M; readonly largestShift: number } {
  const found = findSymmetry(model.lattice, model.atoms, analyse, tolerance);
  const { lattice, atoms, operations, largestShift } = symmetrizedCrystal(model.lattice, model.atoms, found);
  const positions = atoms.map(({ position }) => position);
  const kinds = kindsOf(atoms);
  const name = analyse.spaceGroup?.(lattice.vectors, positions, kinds, Math.min(tolerance, 1e-5));
  const warnings: string[] = [];
  if (largestShift > 0)
    warnings.push(
      `symmetry: atoms or lattice vectors were moved by at most ${lengthText(largestShift)}, so that the ${plural(operations.length, "operation")} of ${name?.spaceGroup ?? "the crystal"} hold exactly; symmetryTolerance says how far they may be from it`,
    );
  const missed = nearMiss(model, analyse, tolerance, operations.length);
  if (missed !== undefined)
    warnings.push(
      `symmetry: ${name?.spaceGroup ?? "the crystal"} with ${plural(operations.length, "operation")} was found, but within ${lengthText(missed.tolerance)} the crystal is ${missed.spaceGroup} with ${missed.operations}; give positions and lattice vectors with more digits, or "symmetryTolerance": ${missed.tolerance}`,
    );
  return {
    model: largestShift > 0 ? { ...model, lattice, atoms } : model,
    operations,
    ...(name === undefined ? {} : { symmetry: { ...name, operations: operations.length } }),
    largestShift,
    warnings,
  };
}

/** The structure with its symmetry made exact, and what there is to say of it. */
export interface SymmetricStructure<S extends Structure> {
  readonly structure: S;
  /** Absent where there is none to name. */
  readonly symmetry?: SymmetryReport | undefined;
  /** How far an atom or the end of a lattice vector was moved at most [bohr]. */
  readonly largestShift: number;
}

/**
 * Largest shift of atoms of files to symmetric places [bohr]: five decimals in cells of 100 bohr.
 */
export const FILE_TOLERANCE = 1e-3;

/**
 * Moves the atoms and lattice vectors of a structure to where its space group holds exactly.
 *
 * @param tolerance how far they may be from it [bohr].
 */
export function symmetricStructure<S extends Structure>(
  structure: S,
  analyse: SymmetryAnalyser,
  tolerance: number,
): SymmetricStructure<S> {
  const elements = structure.atoms.map(({ element }) => element);
  const asModel = {
    lattice: createLattice(structure.lattice),
    atoms: structure.atoms.map(({ element, ...atom }) => ({ ...atom, species: elements.indexOf(element) })),
  };
  const { model, symmetry, largestShift } = withSymmetry(asModel, analyse, tolerance);
  return {
    structure: {
      ...structure,
      lattice: model.lattice.vectors,
      atoms: structure.atoms.map((atom, i) => ({ ...atom, position: model.atoms[i]!.position })),
    },
    symmetry,
    largestShift,
  };
}

/** The space group that a larger tolerance would find, where it has more operations. */
function nearMiss(
  { lattice, atoms }: Pick<Model, "lattice" | "atoms">,
  analyse: SymmetryAnalyser,
  tolerance: number,
  found: number,
): (SymmetryReport & { readonly tolerance: number }) | undefined {
  if (analyse.spaceGroup === undefined || found > SUPERCELL) return undefined;
  const cell = [lattice.vectors, atoms.map(({ position }) => position), kindsOf(atoms)] as const;
  // what the widest tolerance does not find no narrower one does
  try {
    if (analyse(...cell, NEAR_MISS).length <= found) return undefined;
  } catch {
    // atoms nearer to each other than that: narrower tolerances may tell
  }
  for (let wider = 10 * tolerance; wider <= NEAR_MISS * 1.001; wider *= 10) {
    const rounded = Number(wider.toPrecision(3));
    try {
      if (analyse(...cell, rounded).length <= found) continue;
    } catch {
      return undefined; // atoms nearer to each other than the tolerance
    }
    const operations = findSymmetry(lattice, atoms, analyse, rounded);
    if (operations.length > found)
      return { ...analyse.spaceGroup(...cell, rounded), operations: operations.length, tolerance: rounded };
  }
  return undefined;
}

/** Resolves the k-points that a job asks for, in the lattice of its model. */
export function kpointChoice(
  { kgrid, kshift, kshifts, kpoints }: Pick<Job, "kgrid" | "kshift" | "kshifts" | "kpoints">,
  { lattice }: Pick<Model, "lattice">,
  operations: readonly SymmetryOperation[],
): KpointChoice {
  if (kpoints !== undefined) return { list: kpoints };
  const divisions = "spacing" in kgrid ? spacedKgrid(lattice, kgrid.spacing, operations) : kgrid;
  return { kgrid: divisions, kshifts: kshifts ?? [kshift] };
}

/** Divisions of a choice; those of a list are unknown. */
export const divisionsOf = (choice: KpointChoice): Vec3 | undefined =>
  "kgrid" in choice ? choice.kgrid : undefined;

/** What is said when the k-points or the FFT grid have not the crystal's symmetry. */
export function discretisationWarnings(
  job: Pick<Job, "fftSize">,
  choice: KpointChoice,
  {
    found,
    onGrid,
    used,
    kept,
    chosen,
    whole,
    kpoints,
  }: {
    /**
     * Numbers of operations: of the crystal, kept by the FFT grid, used, kept by chosen k-points.
     */
    readonly found: number;
    readonly onGrid: number;
    readonly used: number;
    readonly kept: number;
    /** Numbers of k-points: chosen, of the symmetric set, computed. */
    readonly chosen: number;
    readonly whole: number;
    readonly kpoints: number;
  },
): string[] {
  const warnings: string[] = [];
  if (onGrid < found)
    warnings.push(
      `fftSize: [${job.fftSize?.join(", ")}] has not the symmetry of the crystal, ${onGrid} of its ${found} operations are used; null chooses a grid that has`,
    );
  if (kept === onGrid) return warnings;
  const field = "kgrid" in choice ? "kgrid" : "kpoints";
  const what = "kgrid" in choice ? `${choice.kgrid.join("x")}${shiftsText(choice.kshifts)}` : "the list";
  if (used < onGrid)
    warnings.push(
      `${field}: ${what} has not the symmetry of the crystal, ${used} of its ${onGrid} operations are used; forces and stress have no more symmetry than that`,
    );
  else if ("kgrid" in choice)
    warnings.push(
      `kgrid: ${what} has not the symmetry of the crystal (${kept} of ${onGrid} operations keep it), so the rotated points are taken as well: ${whole} for ${chosen}, ${kpoints} of them different; "kgridSymmetry": "none" takes the grid alone`,
    );
  return warnings;
}

/** ` shifted by [0.5, 0.5, 0.5]`; nothing for the grid with Γ. */
const shiftsText = (shifts: readonly Vec3[]): string =>
  shifts.length === 1 && shifts[0]!.every((s) => s === 0)
    ? ""
    : ` shifted by ${shifts.map((s) => `[${s.join(", ")}]`).join(" and ")}`;
