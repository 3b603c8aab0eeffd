import type { ResourceUse } from "../../prepare/session.ts";
import type { Job } from "../../schema/job.ts";

/** What `dos` writes. Hartree atomic units, energies not shifted; per cell. */
export interface DosFile {
  /** Version that wrote the file. */
  readonly stillwave: string;
  readonly job: Job;
  readonly method: "tetrahedron" | "gaussian";
  /** Of the Gaussian e^{−(ε/T)²}/(T√π), and of the local density of states [Ha]. */
  readonly width?: number;
  /** Divisions, with the shifts of the job; absent where its list of k-points was taken. */
  readonly kgrid?: readonly [number, number, number];
  /** Irreducible ones of that grid or list. */
  readonly kpoints: number;
  /** On this grid; without smearing the highest filled level [Ha]. */
  readonly fermiLevel: number;
  /** Above this energy some bands were not computed [Ha]. */
  readonly completeBelow: number;
  /** Equally spaced [Ha]. */
  readonly energies: readonly number[];
  /** One for each spin: states/Ha, and states below each energy's interval end. */
  readonly spins: readonly { readonly density: readonly number[]; readonly integrated: readonly number[] }[];
  /** Mean over planes perpendicular to a lattice axis, of both spins. */
  readonly local?: LocalDos;
  readonly resources: ResourceUse;
  readonly warnings: readonly string[];
}

export interface LocalDos {
  readonly axis: 0 | 1 | 2;
  /** Distance of the cell's first plane from its image [bohr]. */
  readonly length: number;
  /** [Ha] */
  readonly energies: readonly number[];
  /** For each energy the values on equally spaced planes [states/(Ha bohr³)]. */
  readonly values: readonly (readonly number[])[];
}
