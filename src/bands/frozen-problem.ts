import { POTENTIAL_SCHEMAS } from "../atoms/potential-schema.ts";
import type { Pseudopotential } from "../atoms/pseudopotential.ts";
import { exactProductGridSize, type Grid } from "../basis/grid.ts";
import { requireInput, requireOption } from "../common/failure.ts";
import {
  anyText,
  isNumbers,
  lattice,
  list,
  numbers,
  parseJsonOnce,
  positiveNumber,
  realNumber,
  record,
  requireSchema,
  ruled,
  wholeNumber,
} from "../common/file-schema.ts";
import type { Mat3, Vec3 } from "../common/vec3.ts";
import { newRealField, type ReadonlyRealField } from "../kernels/fields.ts";
import type { Lattice } from "../model/lattice.ts";
import type { Model, Species } from "../model/model.ts";
import { VERSION } from "../version.ts";
import type { ReferenceLevels } from "./gap.ts";
import { type Coefficient, isUpper, toTrigonometric } from "./trigonometric.ts";

/**
 * Hamiltonian as numbers in a file, exact as written:
 *
 *   H = ½|k+G|² + V_loc + V_nl + V(r),   V(r) = Σ_G V(G) e^{iG·r},   V(−G) = V(G)*
 *
 * V_loc (without G = 0) and V_nl follow from the parameters of the pseudopotentials; V is the
 * Hartree and xc potential of a self-consistent density.
 */
export interface FrozenProblem {
  /** Version of the format. */
  readonly stillwaveProblem: 1;
  /** Version of the program that wrote the file. */
  readonly stillwave: string;
  readonly title?: string | undefined;
  /** Rows [bohr]. */
  readonly lattice: Mat3;
  readonly species: readonly Species[];
  /** Fractional positions. */
  readonly atoms: readonly { readonly species: number; readonly position: Vec3 }[];
  readonly electrons: number;
  /** Cutoff of the run that made the potential [Ha]; V is complete for matrix elements up to it. */
  readonly ecut: number;
  /** [Ha] */
  readonly fermiLevel: number;
  /** Highest level of band N/2 on the k-points of this run [Ha]. */
  readonly valenceMaximum?: number | undefined;
  readonly potential: { readonly coefficients: readonly Coefficient[] };
}

/**
 * Makes the problem of a self-consistent potential.
 *
 * @param hartreeXc Hartree and xc potential of a spin [Ha], shape [N].
 * @throws InputError if the grid is too small for products of two orbitals: the orbitals then did
 *   not see a trigonometric polynomial.
 */
export function frozenProblem(
  model: Model,
  grid: Grid,
  hartreeXc: ReadonlyRealField,
  ecut: number,
  { fermiLevel, valenceMaximum }: ReferenceLevels,
  title?: string,
): FrozenProblem {
  requireExactGrid(grid, ecut, "fftSize");
  return {
    stillwaveProblem: 1,
    stillwave: VERSION,
    ...(title === undefined ? {} : { title }),
    lattice: model.lattice.vectors,
    species: model.species,
    atoms: model.atoms.map(({ species, position }) => ({ species, position })),
    electrons: model.electrons,
    ecut,
    fermiLevel,
    ...(valenceMaximum === undefined ? {} : { valenceMaximum }),
    potential: { coefficients: toTrigonometric(grid, hartreeXc, ecut) },
  };
}

/** Returns the text of a problem file, a line per coefficient, with digits that restore doubles. */
export function problemText({ potential, ...rest }: FrozenProblem): string {
  const head = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${JSON.stringify(key)}: ${JSON.stringify(value, withoutMeshes)},`)
    .join("\n");
  const rows = potential.coefficients.map((row) => `  ${JSON.stringify(row)}`).join(",\n");
  return `{\n${head}\n "potential": { "coefficients": [\n${rows}\n ] }\n}\n`;
}

/** Replaces a pseudopotential on a mesh by its identity, with the digest of its file. */
function withoutMeshes(_key: string, value: unknown): unknown {
  const p = value as Partial<Pseudopotential> | null;
  if (typeof p !== "object" || p?.kind !== "numeric") return value;
  return { kind: p.kind, element: p.element, name: p.name, charge: p.charge, digest: p.digest };
}

/**
 * Parses a problem file.
 *
 * @throws InputError that names the missing part if the text is not a problem file.
 */
export function parseProblem(text: string, name: string): FrozenProblem {
  const value = parseJsonOnce(text, name, DAMAGED) as Partial<FrozenProblem> | null;
  requireOption(
    typeof value === "object" && value?.stillwaveProblem === 1,
    "runBands",
    (named) =>
      `${name}: must be a problem file, got one without stillwaveProblem 1; bands with ${named("saveProblem")} writes one`,
  );
  requireSchema(PROBLEM, value, `${name}: `, DAMAGED);
  const problem = value as FrozenProblem;
  const { species, atoms, potential } = problem;
  const rule = (isRight: boolean, what: string) =>
    requireInput(isRight, () => `${name}: must ${what}; ${DAMAGED}`);
  species.forEach(({ element, pseudopotential }, i) => {
    const own = pseudopotential.element;
    rule(own === element, `have a pseudopotential of ${element} in species[${i}], got one of ${own}`);
  });
  const stray = atoms.find((atom) => atom.species >= species.length)?.species;
  rule(stray === undefined, `have atoms of its ${species.length} species, got species ${stray}`);
  const { coefficients } = potential;
  const other = coefficients.find(([x, y, z, , im]) => !isStored([x, y, z], im));
  rule(
    other === undefined,
    `have coefficients of one half of the G, from which the other follows, got ${other}`,
  );
  const places = new Set(coefficients.map(([x, y, z]) => `${x} ${y} ${z}`));
  rule(places.size === coefficients.length, "have every coefficient once, got a coefficient twice");
  return problem;
}

const DAMAGED = "the file is damaged or was changed";

/** A problem file. */
const PROBLEM = record({
  stillwaveProblem: wholeNumber(1, 1),
  stillwave: anyText,
  title: anyText.optional(),
  lattice,
  species: list(record({ element: anyText, pseudopotential: POTENTIAL_SCHEMAS.any })).min(1, {
    error: "must be at least one",
  }),
  atoms: list(record({ species: wholeNumber(0, 1e6), position: numbers(3) })),
  electrons: positiveNumber,
  ecut: positiveNumber,
  fermiLevel: realNumber,
  valenceMaximum: realNumber.optional(),
  potential: record({
    coefficients: list(
      ruled(
        "must be three whole numbers and two numbers, all below 1e6 in size",
        (row) => isNumbers(row, 5) && row.slice(0, 3).every(Number.isInteger),
      ),
    ),
  }),
});

/** Tells whether a coefficient is the stored one of its pair ±G, and real for G = 0. */
const isStored = (g: Vec3, im: number): boolean => isUpper(g) || (g.every((x) => x === 0) && im === 0);

/**
 * Requires that a stored problem has the crystal and the pseudopotentials of the job.
 *
 * @throws InputError for the first difference.
 */
export function requireSameSystem(problem: FrozenProblem, model: Model, name: string): void {
  const rule = (isSame: boolean, what: string, mine: unknown, theirs: unknown) =>
    requireInput(
      isSame,
      () =>
        `hamiltonian.frozen: must belong to the job's ${what}, got ${name} with ${JSON.stringify(theirs)} for ${JSON.stringify(mine)}; give the job that wrote it`,
    );
  const near = (a: readonly number[], b: readonly number[]) => a.every((x, i) => Math.abs(x - b[i]!) <= 1e-9);
  const { lattice, atoms, species } = model;
  rule(near(problem.lattice.flat(), lattice.vectors.flat()), "lattice", lattice.vectors, problem.lattice);
  rule(problem.atoms.length === atoms.length, "atoms", atoms.length, problem.atoms.length);
  atoms.forEach((atom, i) => {
    const theirs = problem.atoms[i]!;
    const mine = species[atom.species]!;
    const kind = problem.species[theirs.species];
    rule(near(theirs.position, atom.position), `position of atom ${i + 1}`, atom.position, theirs.position);
    rule(
      JSON.stringify(kind?.pseudopotential, withoutMeshes) ===
        JSON.stringify(mine.pseudopotential, withoutMeshes),
      `pseudopotential of atom ${i + 1}`,
      mine.pseudopotential.name,
      kind?.pseudopotential.name,
    );
  });
}

/** @throws InputError unless the grid holds all products of cutoff `ecut` without aliasing. */
export function requireExactGrid(
  { size, lattice }: { readonly size: readonly number[]; readonly lattice: Lattice },
  ecut: number,
  field: string,
): void {
  const exact = exactProductGridSize(lattice.vectors, ecut);
  requireInput(
    size.every((n, i) => n >= exact[i]!),
    () =>
      `${field}: needs an FFT grid of at least ${exact.join("x")}, got ${size.join("x")}; leave fftSize null`,
  );
}

/** Returns the sum of fields on the same points. */
export function sumFields(first: ReadonlyRealField, ...others: readonly ReadonlyRealField[]) {
  const out = newRealField(first.length);
  for (let r = 0; r < out.length; r++) out[r] = others.reduce((sum, f) => sum + f[r]!, first[r]!);
  return out;
}
