import { requireInput } from "../common/failure.ts";
import { didYouMean } from "../common/nearest.ts";
import { BOHR_PER_ANGSTROM } from "../common/units.ts";
import { type Mat3, norm, rowsVec, scale, type Vec3 } from "../common/vec3.ts";
import { formatOf, needsSpaceGroups, parseStructure } from "../io/structure-files.ts";
import { ELEMENTS } from "../model/elements.ts";
import { createLattice } from "../model/lattice.ts";
import { type Structure, type StructureAtom, scaleRows, toFractional } from "../model/structure.ts";
import { show } from "./issues.ts";
import type { Job } from "./job.ts";
import { platformServices } from "./platform.ts";

export type { Structure, StructureAtom };

/** Atoms closer than this are one atom written twice [bohr]; the shortest bond there is, in H2, has 1.4 bohr. */
const SAME_SPOT = 0.1;
/** Atoms more cells away than this have lost the digits of their place in the cell. */
const FARTHEST = 1_000_000;
/** Longer cells [bohr] fit into no machine. */
const LONGEST = 100_000;

/**
 * The atoms of the job, read through `readText` when they are in a file.
 *
 * @throws InputError for a singular lattice, an unknown element, or two atoms on one spot (periodic images too).
 */
export async function resolveStructure(
  job: Pick<Job, "structure">,
  readText: (path: string) => Promise<string>,
): Promise<Structure> {
  const found =
    "file" in job.structure ? await fromFile(job.structure.file, readText) : fromInline(job.structure);
  createLattice(found.lattice); // refuses singular ones
  found.atoms.forEach(({ element }, i) => {
    requireInput(
      ELEMENTS.includes(element),
      () =>
        `structure.atoms[${i}].element: must be a chemical symbol, got ${show(element)}${didYouMean(element, ELEMENTS)}; write it as in Si or Al`,
    );
  });
  found.atoms.forEach(({ position }, i) => {
    requireInput(
      position.every((x) => Math.abs(x) <= FARTHEST),
      () =>
        `structure.atoms[${i}].position: must be within ±${FARTHEST} cells, got ${show(position)} in units of the lattice vectors; check cartesian and units`,
    );
  });
  requireApart(found);
  return found;
}

function fromInline({
  lattice,
  atoms,
  cartesian,
  units,
}: Exclude<Job["structure"], { file: string }>): Structure {
  const unit = units === "angstrom" ? BOHR_PER_ANGSTROM : 1;
  const inBohr = scaleRows(unit, lattice);
  const fractional = cartesian ? toFractional(inBohr) : undefined;
  return {
    lattice: inBohr,
    atoms: atoms.map(({ element, position, magneticMoment }) => ({
      element,
      position: fractional === undefined ? position : fractional(scale(unit, position)),
      ...(magneticMoment === undefined ? {} : { magneticMoment }),
    })),
  };
}

async function fromFile(path: string, readText: (path: string) => Promise<string>): Promise<Structure> {
  const text = await readText(path);
  const format = formatOf(path, text);
  // Only a CIF that does not list its operations needs the tables of space groups.
  const groups =
    format === "cif" && needsSpaceGroups(text) ? await (await platformServices()).spaceGroups() : undefined;
  return parseStructure(text, path, format, groups);
}

function requireApart({ lattice, atoms }: Structure): void {
  for (const [i, a] of lattice.entries()) {
    requireInput(
      norm(a) <= LONGEST,
      () => `structure.lattice[${i}]: must be at most ${LONGEST} bohr long, got ${norm(a)} bohr; check units`,
    );
    requireInput(
      norm(a) > SAME_SPOT,
      () =>
        `structure.lattice[${i}]: must be longer than ${SAME_SPOT} bohr, got ${norm(a)} bohr; atoms meet their own images`,
    );
  }
  for (let i = 0; i < atoms.length; i++)
    for (let j = i + 1; j < atoms.length; j++) {
      const distance = distanceNearZero(lattice, atoms[i]!.position, atoms[j]!.position);
      requireInput(
        distance >= SAME_SPOT,
        () =>
          `structure.atoms[${j}].position: must be at least ${SAME_SPOT} bohr from every other atom and its images, got ${distance.toPrecision(2)} bohr from atoms[${i}]; remove one of them or check cartesian and units`,
      );
    }
}

/** Distance [bohr] of two positions modulo the lattice: exact when it is short against the spacing of lattice planes. */
function distanceNearZero(lattice: Mat3, p: Vec3, q: Vec3): number {
  const wrap = (x: number) => x - Math.round(x);
  return norm(rowsVec(lattice, [wrap(p[0] - q[0]), wrap(p[1] - q[1]), wrap(p[2] - q[2])]));
}
