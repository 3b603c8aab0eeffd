import { COHEN_BERGSTRESSER_SILICON as SILICON } from "../../atoms/cohen-bergstresser.ts";
import { findBravais } from "../../bands/bravais.ts";
import {
  type FrozenProblem,
  parseProblem,
  requireExactGrid,
  requireSameSystem,
  sumFields,
} from "../../bands/frozen-problem.ts";
import { fromTrigonometric } from "../../bands/trigonometric.ts";
import { createGrid, symmetricGridSize } from "../../basis/grid.ts";
import { requireInput } from "../../common/failure.ts";
import { add, centred, integerVectors, norm, rowsVec, sub } from "../../common/vec3.ts";
import type { CrystalHamiltonian } from "../../ground/crystal-hamiltonian.ts";
import { createKernels } from "../../kernels/backends.ts";
import { newRealField, type RealField } from "../../kernels/fields.ts";
import { rotationsOfGrid } from "../../model/crystal-symmetry/symmetry-subgroups.ts";
import type { Model } from "../../model/model.ts";
import { localPotential } from "../../terms/local/potential.ts";
import type { Job } from "../schema/job.ts";
import { kpointChoice } from "./crystal.ts";
import { jobCrystal } from "./job-crystal.ts";
import { requireMemory } from "./room/memory-estimate.ts";
import type { Session } from "./session.ts";
import { momentWarnings } from "./warnings.ts";

/** A Hamiltonian without iteration, and what there is to say of it. */
export interface PreparedHamiltonian extends CrystalHamiltonian {
  readonly warnings: readonly string[];
}

/**
 * The Hamiltonian of a job that needs no self-consistency: the atoms' own (`core`), the empirical
 * model of silicon (`cohen-bergstresser`), or a stored one (`frozen`).
 *
 * @throws InputError if the job's crystal is not the one that the model or the file is made for.
 */
export async function fixedHamiltonian(session: Session): Promise<PreparedHamiltonian> {
  const { job, readText, backend, platform } = session;
  const {
    structure,
    model,
    operations: all,
    warnings,
  } = await jobCrystal(
    session,
    job.hamiltonian === "cohen-bergstresser" ? cohenBergstresserModel : undefined,
  );
  const size = job.fftSize ?? symmetricGridSize(model.lattice.vectors, job.ecut, all);
  const operations = rotationsOfGrid(all, size);
  const gridPoints = size[0] * size[1] * size[2];
  const needs = {
    volume: model.lattice.volume,
    ecut: job.ecut,
    gridPoints,
    bands: 1,
    kpoints: 1,
    projectors: 0,
  };
  requireMemory({ ...needs, history: 0, threads: 1 }, platform.systemMemory());

  const frozen = await storedProblem(job, readText, model);
  const grid = createGrid(model.lattice, size, await createKernels(backend));
  const local = localPotential(model, grid);
  let potential: RealField = local;
  if (frozen !== undefined) {
    requireExactGrid(grid, job.ecut, "fftSize");
    potential = sumFields(local, fromTrigonometric(grid, frozen.potential.coefficients, job.ecut));
  }
  const { lattice, species, atoms, nSpin } = model;
  const { ecut, seed } = job;
  return {
    hamiltonian: {
      setup: { lattice, species, atoms, size, ecut, seed },
      potential: everySpin(potential, nSpin),
      nSpin,
    },
    model,
    operations,
    timeReversal: true,
    choice: kpointChoice(job, model, operations),
    reference: frozen && { fermiLevel: frozen.fermiLevel, valenceMaximum: frozen.valenceMaximum },
    stored: frozen && (() => frozen),
    warnings: [...structure.warnings, ...momentWarnings(job, structure), ...warnings],
  };
}

function everySpin(potential: RealField, nSpin: 1 | 2): RealField {
  if (nSpin === 1) return potential;
  const both = newRealField(2 * potential.length);
  both.set(potential);
  both.set(potential, potential.length);
  return both;
}

async function storedProblem(
  { hamiltonian }: Job,
  readText: (path: string) => Promise<string>,
  model: Model,
): Promise<FrozenProblem | undefined> {
  if (typeof hamiltonian === "string") return undefined;
  const name = hamiltonian.frozen;
  const problem = parseProblem(await readText(name), name);
  requireSameSystem(problem, model, name);
  return problem;
}

/** How far the crystal may be from the model's, relative to its lattice constant. */
const SAME_CRYSTAL = 1e-3;

/** Refuses crystals other than that of the model's form factors, where they would be wrong. */
function cohenBergstresserModel(model: Model): Model {
  const { lattice, species, atoms } = model;
  const a = SILICON.latticeConstant;
  const rule = (isRight: boolean, what: string, found: string) =>
    requireInput(
      isRight,
      () =>
        `hamiltonian: cohen-bergstresser must have ${what}, got ${found}; stillwave examples cohen-bergstresser prints its job`,
    );
  const elements = species.map(({ element }) => element).join(", ");
  rule(elements === SILICON.element, "silicon alone", elements);
  const { type, name, conventional } = findBravais(lattice.vectors);
  const mine = norm(conventional[0]);
  rule(type === "cF", "a face-centred cubic lattice", `a ${name} one`);
  rule(Math.abs(mine / a - 1) < SAME_CRYSTAL, `the lattice constant ${a.toFixed(4)} bohr`, mine.toFixed(4));
  rule(atoms.length === 2, "two atoms", `${atoms.length}`);
  const apart = centred(sub(atoms[1]!.position, atoms[0]!.position));
  const distances = integerVectors(2).map((cell) => norm(rowsVec(lattice.vectors, add(apart, cell))));
  // Only in diamond four atoms of the other sublattice are nearest, at √3/4 a.
  const nearest = distances.filter((d) => Math.abs(d - (Math.sqrt(3) / 4) * mine) < SAME_CRYSTAL * mine);
  rule(
    nearest.length === 4 && Math.min(...distances) > (Math.sqrt(3) / 4 - SAME_CRYSTAL) * mine,
    "atoms at ±(1/8, 1/8, 1/8) as in diamond",
    JSON.stringify(atoms.map(({ position }) => position)),
  );
  return { ...model, species: [{ element: SILICON.element, pseudopotential: SILICON }], electrons: 8 };
}
