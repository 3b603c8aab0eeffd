import { atomicNumber } from "../atoms/elements.ts";
import { gthCutoffs } from "../atoms/gth/gth-cutoffs.ts";
import { findGth, gthCharges } from "../atoms/gth/gth-table.ts";
import { withCorners } from "../bands/hexagonal.ts";
import { requireInput } from "../common/failure.ts";
import { BOHR_PER_ANGSTROM } from "../common/units.ts";
import { norm, type Vec3 } from "../common/vec3.ts";
import { createLattice, widestGaps } from "../model/lattice.ts";
import { formula, type Structure, scaleRows } from "../model/structure.ts";
import { momentOf } from "./prepare/model.ts";
import { type JobFile, parseJob } from "./schema/schema.ts";

export interface NewJobOptions {
  readonly title?: string | undefined;
  /** Default `lda-pw92`. */
  readonly functional?: "lda-pw92" | "pbe" | undefined;
  /** A shipped family or entry for all elements, or one by symbol; default `suggestedEntry`. */
  readonly pseudopotentials?: string | Readonly<Record<string, string>> | undefined;
  /** [Ha]; default `suggestedCutoff`. */
  readonly ecut?: number | undefined;
  /** Default `suggestedKgrid`. */
  readonly kgrid?: Vec3 | undefined;
  /** Whether a metal is possible: smearing and a dense k-grid. Default true, safe for all. */
  readonly isMetal?: boolean | undefined;
  /** Initial moment of every atom [μB]: makes the run spin-polarised. */
  readonly moment?: number | undefined;
  /** Let the job compute atoms nearer than half the sum of their covalent radii. Default false. */
  readonly allowCloseAtoms?: boolean | undefined;
  /** Unit of the lattice in the job. Default bohr. */
  readonly units?: "bohr" | "angstrom" | undefined;
}

/** Distance of k-points [bohr⁻¹] that is a good start for metals and for insulators. */
const METAL_SPACING = 0.2;
const INSULATOR_SPACING = 0.3;
/** Smearing of metals [Ha]. */
const METAL_WIDTH = 0.005;
/** Length [bohr] without atoms beyond which copies do not interact: one k-point suffices. */
const VACUUM = 10;

/**
 * A job that runs: `structure` with a cutoff, a k-grid and smearing to start from. They are chosen
 * for a first look; converge them before you publish.
 *
 * @throws InputError if there is no shipped pseudopotential for an element.
 *
 * @example
 * ```ts
 * import { newJob, slab } from "stillwave";
 *
 * const job = newJob(slab("Al", { layers: 4, vacuum: 20 }), { ecut: 8 });
 * console.log(job.kgrid, job.temperature);
 * ```
 */
export function newJob(
  structure: Structure & { readonly charge?: number },
  options: NewJobOptions = {},
): JobFile {
  const { functional = "lda-pw92", isMetal = true, moment, units = "bohr" } = options;
  const family = functional === "pbe" ? "gth-pbe" : "gth-lda";
  const elements = [...new Set(structure.atoms.map(({ element }) => element))];
  const chosen = options.pseudopotentials ?? {};
  const entryOf = (element: string): string =>
    (typeof chosen === "string" ? chosen : chosen[element]) ?? suggestedEntry(element, family);
  const valence = (element: string) => findGth(element, entryOf(element)).charge;
  const neutral = structure.atoms.reduce((sum, { element }) => sum + valence(element), 0);
  const { charge = 0 } = structure;
  const moments = structure.atoms.map((atom) => momentOf(atom, valence(atom.element)) ?? moment);
  const hasMoments = moments.some((each) => each !== undefined);
  const isSmeared = isMetal || hasMoments || (neutral - charge) % 2 !== 0;
  const spacing = isMetal ? METAL_SPACING : INSULATOR_SPACING;
  const scale = units === "angstrom" ? 1 / BOHR_PER_ANGSTROM : 1;
  const job: JobFile = {
    title: options.title ?? formula(structure),
    structure: {
      lattice: rounded(scaleRows(scale, structure.lattice)),
      atoms: structure.atoms.map(({ element, position }, i) => ({
        element,
        position: [decimals(position[0]), decimals(position[1]), decimals(position[2])],
        ...(hasMoments ? { magneticMoment: moments[i] ?? 0 } : {}),
      })),
      units,
      ...(options.allowCloseAtoms ? { allowCloseAtoms: true } : {}),
    },
    pseudopotentials:
      typeof chosen === "string"
        ? chosen
        : elements.every((element) => entryOf(element) === family)
          ? family
          : Object.fromEntries(elements.map((element) => [element, entryOf(element)])),
    functional,
    ecut: options.ecut ?? suggestedCutoff(elements, entryOf),
    kgrid: [...(options.kgrid ?? suggestedKgrid(structure, spacing))],
    ...(isSmeared ? { temperature: METAL_WIDTH, smearing: "gaussian" as const } : {}),
    ...(hasMoments ? { spin: "collinear" as const } : {}),
    ...(charge === 0 ? {} : { charge }),
  };
  parseJob(job); // what a user chose is refused here, not hours later
  return job;
}

/** Twelve digits: more than any lattice is known to, without the rounding of units. */
const rounded = (lattice: Structure["lattice"]): [Triple, Triple, Triple] => {
  const row = ([x, y, z]: Vec3): Triple => [digits(x), digits(y), digits(z)];
  return [row(lattice[0]), row(lattice[1]), row(lattice[2])];
};
type Triple = [number, number, number];
const digits = (x: number): number => Number(x.toPrecision(12));
const decimals = (x: number): number => Math.round(x * 1e12) / 1e12;

/**
 * A cutoff to start from [Ha]: the largest of the potentials' suggestions, with each atom's energy
 * within 10 meV per valence electron of its limit (measured, scripts/gth-cutoffs.ts).
 */
export function suggestedCutoff(
  elements: readonly string[],
  family: string | ((element: string) => string),
): number {
  const entryOf = typeof family === "string" ? () => family : family;
  return Math.max(...elements.map((element) => shippedCutoff(element, entryOf(element))));
}

const shippedCutoff = (element: string, family: string): number =>
  gthCutoffs(findGth(element, family))!.suggested; // every shipped entry has one, as a test says

/** A cutoff [Ha] above which another entry is looked for. */
const COSTLY = 150;

/**
 * The entry of a family that a first look takes: the one that CP2K's table calls by the plain name,
 * or, for s and p elements whose semicore electrons ask for more than 150 Ha there, the one with
 * the most electrons that does not: sodium with 1 electron in place of 9 (30 Ha in place of 220).
 * Elements with d and f electrons keep the plain one.
 *
 * @returns a name for the job's `pseudopotentials`, such as `gth-lda` or `gth-lda-q1`.
 */
export function suggestedEntry(element: string, family: string): string {
  const z = atomicNumber(element);
  const hasOpenShell = [[21, 30], [39, 48], [57, 80], [89, 112]].some(([from, to]) => from! <= z && z <= to!); // biome-ignore format: rows of the table
  if (hasOpenShell || shippedCutoff(element, family) <= COSTLY) return family;
  const soft = gthCharges(element, family)
    .map((charge) => `${family}-q${charge}`)
    .filter((name) => shippedCutoff(element, name) <= COSTLY);
  return soft.at(-1) ?? family;
}

/** Divisions with k-points at most `spacing` [bohr⁻¹] apart; one along axes with vacuum. */
export function suggestedKgrid({ lattice, atoms }: Structure, spacing: number): Vec3 {
  requireInput(spacing > 0, () => `kgrid: the spacing must be positive, got ${spacing} bohr^-1`);
  const cell = createLattice(lattice);
  const gaps = widestGaps(cell, atoms);
  const divisions = ([0, 1, 2] as const).map((i) =>
    gaps[i].width > VACUUM ? 1 : Math.max(1, Math.ceil(norm(cell.reciprocal[i]) / spacing - 1e-6)),
  );
  const [n1, n2, n3] = [divisions[0]!, divisions[1]!, divisions[2]!];
  return atoms.some(({ element }) => NON_METALS.includes(element))
    ? withCorners(lattice, [n1, n2, n3])
    : [n1, n2, n3];
}

/** Elements of layers and crystals with gaps or crossings at the corners K of a hexagonal zone. */
const NON_METALS = "H B C N O F Si P S Cl Ge As Se Br Sb Te I".split(" ");
