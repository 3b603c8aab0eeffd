import { findGth } from "../../atoms/gth/gth-table.ts";
import type { Pseudopotential } from "../../atoms/pseudopotential.ts";
import { parsePseudopotential } from "../../atoms/read-pseudopotential.ts";
import { InputError, requireInput } from "../../common/failure.ts";
import { valueText } from "../../common/file-schema.ts";
import { createLattice, VACUUM_GAP, vacuumAxes, widestGaps } from "../../model/lattice.ts";
import type { Atom, Model, Species } from "../../model/model.ts";
import type { Job } from "../schema/job.ts";
import type { Structure, StructureAtom } from "./structure.ts";

/** Texts of the pseudopotential files a job names, by their path. */
export type PseudopotentialFiles = Readonly<Record<string, string>>;

/** Reads the pseudopotential files that `job.pseudopotentials` names. */
export async function readPseudopotentials(
  job: Pick<Job, "pseudopotentials">,
  readText: (path: string) => Promise<string>,
): Promise<PseudopotentialFiles> {
  const named = typeof job.pseudopotentials === "string" ? [] : Object.values(job.pseudopotentials);
  const paths = [...new Set(named.filter(isPath))];
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await readText(path)] as const)),
  );
}

/** The initial moment [μB]; a share of the valence electrons is one of so many. */
export const momentOf = (
  { magneticMoment, momentShare }: StructureAtom,
  valence: number,
): number | undefined => magneticMoment ?? (momentShare === undefined ? undefined : momentShare * valence);

/** A family name has neither dots nor slashes. */
export const isPath = (name: string): boolean => /[./\\]/.test(name);

/**
 * The physical system of a job: species in the order in which they first appear, one electron for
 * each unit of valence charge, less those that the job, or else the structure file, says are
 * removed.
 *
 * @throws InputError for an element without a pseudopotential, or electrons that cannot be paired
 *   without smearing.
 */
export function modelFromJob(
  job: Job,
  structure: Structure & { readonly charge?: number },
  files: PseudopotentialFiles = {},
): Model {
  const elements = [...new Set(structure.atoms.map((atom) => atom.element))];
  const species: Species[] = elements.map((element) => ({
    element,
    pseudopotential: pseudopotentialOf(element, job.pseudopotentials, files),
  }));
  // Without spin a moment means nothing; left in, it would still tell atoms apart and cost
  // symmetry.
  const atoms = structure.atoms.map((atom): Atom => {
    const { element, position } = atom;
    const kind = elements.indexOf(element);
    const magneticMoment = momentOf(atom, species[kind]!.pseudopotential.charge);
    return {
      species: kind,
      position,
      ...(job.spin === "none" || magneticMoment === undefined ? {} : { magneticMoment }),
    };
  });
  const neutral = atoms.reduce((sum, atom) => sum + species[atom.species]!.pseudopotential.charge, 0);
  const charge = job.charge ?? structure.charge ?? 0;
  const electrons = neutral - charge;
  requireInput(
    electrons > 0,
    () =>
      `charge: must leave electrons of the ${neutral} of the neutral cell, got ${charge} electrons removed`,
  );
  requireInput(
    job.hamiltonian !== "kohn-sham" ||
      job.smearing !== "none" ||
      electrons % (job.spin === "none" ? 2 : 1) === 0,
    () =>
      `temperature: must be positive for an odd number of electrons, got 0 with ${electrons} electrons; they cannot fill bands in pairs: give smearing and a temperature such as 0.001, or "spin": "collinear"`,
  );
  return {
    lattice: createLattice(structure.lattice),
    species,
    atoms,
    electrons,
    smearing: job.smearing,
    temperature: job.temperature,
    nSpin: job.spin === "none" ? 1 : 2,
  };
}

function pseudopotentialOf(
  element: string,
  choice: Job["pseudopotentials"],
  files: PseudopotentialFiles,
): Pseudopotential {
  const name = typeof choice === "string" ? choice : choice[element];
  requireInput(
    name !== undefined,
    () =>
      `pseudopotentials: must name one for every element, got ${valueText(choice)}; ${element} is missing`,
  );
  if (!isPath(name)) return findGth(element, name);
  const text = files[name];
  requireInput(
    typeof choice !== "string" && text !== undefined,
    () =>
      `pseudopotentials: must be a family name such as gth-lda, got ${valueText(choice)}; give files per element`,
  );
  return parsePseudopotential(text, element, name);
}

/** @throws InputError if the bands that a job asks for cannot hold the electrons of its model. */
export function requireBands(
  { bands, temperature }: Pick<Job, "bands" | "temperature">,
  { electrons }: Pick<Model, "electrons">,
): void {
  const isSmeared = temperature > 0;
  // Exactly full bands put no end to the Fermi level.
  const least = isSmeared ? Math.floor(electrons / 2) + 1 : Math.ceil(electrons / 2);
  requireInput(
    bands === null || bands >= least,
    () =>
      `bands: must be at least ${least} for ${electrons} electrons${isSmeared ? " with smearing" : ""}, got ${bands}; null chooses it from the electrons`,
  );
}

/** Returns the electrons that are removed from the neutral cell, negative for added ones. */
export function chargeOf({
  atoms,
  species,
  electrons,
}: Pick<Model, "atoms" | "species" | "electrons">): number {
  const neutral = atoms.reduce((sum, atom) => sum + species[atom.species]!.pseudopotential.charge, 0);
  const charge = neutral - electrons;
  return Math.abs(charge) < 1e-9 ? 0 : charge;
}

/** Says a charge in words. */
export const chargeText = (charge: number, are = ""): string =>
  `${Math.abs(charge)} electrons ${are}${charge > 0 ? "removed" : "added"}`;

/** Gaps whose widths [bohr] differ by less may be images of each other. */
const SAME_WIDTH = 1e-3;

/**
 * Finds the lattice vector along which a job's dipole correction acts; none where it asks for none.
 *
 * @throws InputError without vacuum there, with two gaps of one width, or for a charged cell, whose
 *   dipole is not defined.
 */
export function dipoleAxis(
  { dipoleCorrection: asked }: Pick<Job, "dipoleCorrection">,
  model: Model,
): 0 | 1 | 2 | undefined {
  if (asked === undefined || asked === false) return undefined;
  const charge = chargeOf(model);
  requireInput(
    charge === 0,
    () =>
      `dipoleCorrection: must be left out of charged cells, got ${asked} with ${chargeText(charge)}; the dipole of a charge depends on where it is measured from`,
  );
  const { lattice, atoms } = model;
  const axes = vacuumAxes(lattice, atoms);
  const found = asked === true ? axes : axes.filter((axis) => axis === asked - 1);
  const widest = widestGaps(lattice, atoms);
  const [axis] = found;
  if (found.length === 1 && axis !== undefined) {
    const { width, next } = widest[axis];
    requireInput(
      width - next > SAME_WIDTH,
      () =>
        `dipoleCorrection: needs one gap that is wider than others along the lattice vector out of the slab, got two of ${width.toFixed(1)} bohr; take the cell of one slab`,
    );
    return axis;
  }
  const gaps = widest.map(({ width }) => width.toFixed(1));
  throw new InputError(
    asked === true && found.length > 1
      ? `dipoleCorrection: must say which lattice vector leads out of the layer, got true with vacuum along ${axes.map((axis) => axis + 1).join(" and ")}; such as ${axes.at(-1)! + 1}`
      : `dipoleCorrection: needs at least ${VACUUM_GAP} bohr without atoms along the lattice vector out of the slab, got ${asked} with ${gaps.join(", ")} bohr along the three`,
  );
}
