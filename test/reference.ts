import { readdirSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import type { ResultFile } from "../src/job/tasks/scf/result.ts";
import { runScf } from "../src/job/tasks/scf/run-scf.ts";
import { close } from "./close.ts";

/** Another program's answer to a job, in our result format. */
export interface Reference {
  readonly energies: Readonly<Record<string, number>>;
  readonly fftSize: readonly [number, number, number];
  readonly fermiLevel: number;
  readonly kpoints: readonly {
    readonly k: readonly number[];
    /** The weights of one spin add up to 1. */
    readonly weight?: number;
    /** 0 where there is only one. */
    readonly spin?: number;
    readonly eigenvalues: readonly number[];
    readonly occupations?: readonly number[];
  }[];
  readonly forces: readonly (readonly number[])[];
}

/** A job as another program and we read it: only what the comparison looks at is named. */
export interface ReferenceJob {
  readonly structure: { readonly atoms: readonly unknown[] };
  readonly temperature?: number;
  readonly scf?: object;
}

const FOLDER = new URL("./fixtures/abinit/", import.meta.url);
const readJson = <T>(file: string): T => JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as T;

/** Names of the crystals and molecules without spin that ABINIT was given. */
export const referenceNames: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".job.json"))
  .map((file) => file.replace(".job.json", ""));
export const referenceJob = (name: string): ReferenceJob => readJson(`${name}.job.json`);
export const referenceResult = (name: string): Reference => readJson(`${name}.result.json`);

/** Small enough for the unit suite; the others are compared by the long tests. */
export const isSmall = (name: string): boolean => /^(silicon-(?!triclinic)|gallium)/.test(name);

/** The job with a density so well converged that what remains is what the two programs do differently. */
export const tight = (job: ReferenceJob): object => ({
  ...job,
  scf: { ...job.scf, tolerance: { density: 1e-8 } },
});

/**
 * Holds a job to another program's answer:
 *
 *   total energy 1e-7 Ha per atom, each part of it 2e-6, occupied eigenvalues 2e-6, Fermi level of metals 1e-5,
 *   forces 2e-5 Ha/bohr
 *
 * The total is variational and hence the sharpest. Its parts are of first order in the density, of which the other
 * program keeps an error of about 1e-7; forces suffer most from its interpolated pseudopotentials.
 */
export async function agreesWith(
  job: ReferenceJob,
  reference: Reference,
  status: ResultFile["status"] = "converged",
): Promise<ResultFile> {
  const result = await runScf(tight(job));
  expect(result.status).toBe(status);
  expect(result.fftSize).toEqual(reference.fftSize);
  const nAtoms = job.structure.atoms.length;
  expect(Math.abs(reference.energies.total!)).toBeGreaterThan(0.1);
  close(result.energies.total / nAtoms, reference.energies.total! / nAtoms, 1e-7, "total energy per atom");
  compareParts(result, reference, nAtoms);
  const isMetal = (job.temperature ?? 0) > 0;
  if (isMetal) close(result.fermiLevel!, reference.fermiLevel, 1e-5, "Fermi level");
  compareEigenvalues(result, reference);
  compareForces(result, reference);
  return result;
}

function compareParts(result: ResultFile, { energies }: Reference, nAtoms: number): void {
  const ours: Readonly<Record<string, number | undefined>> = result.energies;
  const names = Object.keys(energies);
  expect(names).toEqual(expect.arrayContaining(["kinetic", "local", "nonlocal", "hartree", "ewald"]));
  for (const name of names)
    close((ours[name] ?? 0) / nAtoms, energies[name]! / nAtoms, 2e-6, `${name} per atom`);
  // and nothing on our side that the other does not know
  for (const name of Object.keys(ours)) expect(names).toContain(name);
}

/** The other program takes out the net force that xc on a grid leaves; here it stays, as the derivative of the energy. */
function compareForces({ forces = [] }: ResultFile, reference: Reference): void {
  expect(forces).toHaveLength(reference.forces.length);
  reference.forces.forEach((force, a) => {
    force.forEach((f, i) => {
      const net = forces.reduce((sum, mine) => sum + mine[i]!, 0) / forces.length;
      close(forces[a]![i]! - net, f, 2e-5, `force on atom ${a}, axis ${i}`);
    });
  });
}

/** Every k-point of the other program is one of ours up to sign and reciprocal lattice vectors. */
function compareEigenvalues(result: ResultFile, reference: Reference): void {
  expect(reference.kpoints.length).toBeGreaterThan(0);
  for (const { k, spin = 0, eigenvalues } of reference.kpoints) {
    const same = (sign: number) => (mine: ResultFile["kpoints"][number]) =>
      (mine.spin ?? 0) === spin &&
      mine.k.every((x, i) => {
        const d = x - sign * k[i]!;
        return Math.abs(d - Math.round(d)) < 1e-6;
      });
    const mine = result.kpoints.find(same(1)) ?? result.kpoints.find(same(-1));
    if (mine === undefined) expect.fail(`k = [${k}] of the other program is none of ours`);
    mine.occupations.forEach((f, band) => {
      if (f > 1e-3)
        close(
          mine.eigenvalues[band]!,
          eigenvalues[band]!,
          2e-6,
          `eigenvalue ${band + 1} at k = [${k}], spin ${spin}`,
        );
    });
  }
}
