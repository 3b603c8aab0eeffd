import type { Given } from "../../common/options.ts";
import { cubeLines, type GridValues, npyBytes, xsfLines } from "../../io/volumetric.ts";
import type { Job } from "../../job/schema/job.ts";
import { effectivePotential } from "../../job/tasks/scf/effective-potential.ts";
import type { GroundFields } from "../../job/tasks/scf/ground-fields.ts";
import { newRealField, type RealField } from "../../kernels/fields.ts";
import type { Structure } from "../../model/structure.ts";
import { output } from "./outputs.ts";

const VOLUMETRIC = [".cube", ".cub", ".xsf", ".npy"] as const;

/** Fields that `stillwave scf` can write. */
export const FIELD_OPTIONS = {
  density: output("write the density: .cube, .xsf or .npy", VOLUMETRIC),
  potential: output("write the potential that electrons see, likewise", VOLUMETRIC),
  ldos: output("write the local density of states at the Fermi level, likewise", VOLUMETRIC),
};

/** A file to be written when the result is. */
export interface FieldFile {
  readonly name: string;
  readonly what: string;
  chunks(): Iterable<string | Uint8Array>;
}

/** Narrower windows hold no states of a coarse k-grid [Ha]. */
const LEAST_WIDTH = 0.005;

/**
 * Yields the requested fields not written yet; no local density of states after an interruption.
 */
export async function fieldFiles(
  names: Given<typeof FIELD_OPTIONS>,
  fields: GroundFields,
  job: Job,
): Promise<FieldFile[]> {
  const width = Math.max(job.temperature, LEAST_WIDTH);
  const files: FieldFile[] = [];
  const add = (name: string, what: string, unit: string, values: RealField) =>
    files.push({ name, what, chunks: () => chunksOf(name, what, unit, values, fields) });
  if (names.density !== undefined) add(names.density, "density", "bohr^-3", fields.density);
  if (names.potential !== undefined) add(names.potential, "potential", "Ha", effectivePotential(fields));
  if (names.ldos !== undefined && fields.localDos !== undefined)
    add(names.ldos, "ldos", "states_per_Ha_and_bohr^3", await fields.localDos(width));
  return files;
}

/** `.npy` holds each spin; other formats hold the sum and, in XSF, also the difference. */
function chunksOf(
  name: string,
  what: string,
  unit: string,
  values: RealField,
  { model, grid }: GroundFields,
): Iterable<string | Uint8Array> {
  const { size, points } = grid;
  const isPolarised = values.length === 2 * points;
  if (/\.npy$/i.test(name)) return [npyBytes(isPolarised ? [...size, 2] : size, values)];
  const structure: Structure = {
    lattice: model.lattice.vectors,
    atoms: model.atoms.map(({ species, position }) => ({
      element: model.species[species]!.element,
      position,
    })),
  };
  const combined = (sign: 1 | -1): GridValues => {
    const sum = newRealField(points);
    for (let r = 0; r < points; r++) sum[r] = values[r]! + (isPolarised ? sign * values[points + r]! : 0);
    return { name: sign === 1 ? what : `${what}_up_minus_down`, unit, values: sum };
  };
  if (/\.xsf$/i.test(name))
    return xsfLines(structure, size, isPolarised ? [combined(1), combined(-1)] : [combined(1)]);
  const charges = model.atoms.map(({ species }) => model.species[species]!.pseudopotential.charge);
  return cubeLines(structure, charges, size, combined(1));
}
