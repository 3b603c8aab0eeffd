import type { Mat3, Vec3 } from "../../common/vec3.ts";
import type { SmearingName } from "../../model/smearing.ts";
import type { Tolerance } from "../../scf/method.ts";
import type { AcceleratorChoice } from "./accelerators.ts";
import type { MixingChoice } from "./mixings.ts";

/** The atoms as they stand in a job file. */
export interface InlineStructure {
  /** Lattice vectors as rows [`units`]. */
  readonly lattice: Mat3;
  readonly atoms: readonly {
    readonly element: string;
    /** Fractional, or Cartesian [`units`] when `cartesian` is true. */
    readonly position: Vec3;
    /** Initial moment [μB]. */
    readonly magneticMoment?: number | undefined;
  }[];
  readonly cartesian: boolean;
  readonly units: "bohr" | "angstrom";
  /** Whether atoms may be nearer than half the sum of their covalent radii; default false. */
  readonly allowCloseAtoms?: boolean | undefined;
}

/** A structure in a file of its own. */
export interface StructureFileChoice {
  /** Path relative to the job file. */
  readonly file: string;
  readonly allowCloseAtoms?: boolean | undefined;
  /** Whether the atoms of a CIF may differ from its formula; default false. */
  readonly allowFormulaMismatch?: boolean | undefined;
}

export interface ScfChoices {
  readonly mixing: MixingChoice;
  readonly accelerator: AcceleratorChoice;
  /** α in (0, 2). */
  readonly damping: number;
  readonly tolerance: Tolerance;
  readonly maxIterations: number;
}

/** A job with every default filled in. Energies in Ha; field by field as in the job file. */
export interface Job {
  readonly title?: string | undefined;
  readonly hamiltonian: "kohn-sham" | "core" | "cohen-bergstresser" | { readonly frozen: string };
  /** Inline, or a file relative to the job file. */
  readonly structure: InlineStructure | StructureFileChoice;
  /** A family name for all elements, or per element a family name or a file path. */
  readonly pseudopotentials: string | Readonly<Record<string, string>>;
  /** A name of ours, or a list of libxc names. */
  readonly functional: string | readonly string[];
  /**
   * Errors that `scf` aims at by a cutoff and a k-grid of its own, such as `1meV/atom`; `ecut` and
   * `kgrid` are then replaced. Absent: the job's are taken.
   */
  readonly accuracy?: string | undefined;
  /** Sphere ½|k+G|² ≤ ecut [Ha]. */
  readonly ecut: number;
  /** Divisions along each reciprocal vector, or the largest spacing of k-points [Å⁻¹, with 2π]. */
  readonly kgrid: Vec3 | { readonly spacing: number };
  /** k = (j + kshift)/kgrid along each reciprocal vector, j = 0 … kgrid − 1. */
  readonly kshift: Vec3;
  /** Several shifts in place of one: the union of their grids. */
  readonly kshifts?: readonly Vec3[] | undefined;
  /** k-points with weights in place of a grid; reduced coordinates. */
  readonly kpoints?: readonly { readonly k: Vec3; readonly weight: number }[] | undefined;
  /** `crystal` completes a k-grid by the rotated points; `none` leaves it as it is. */
  readonly kgridSymmetry: "crystal" | "none";
  /** Null: the smallest fast grid on which products of two orbitals are exact. */
  readonly fftSize: Vec3 | null;
  /** Electrons removed, replaced by a uniform background. Default: the structure file's, else 0. */
  readonly charge?: number | undefined;
  /**
   * Lattice vector out of a slab, 1 to 3, whose dipole is kept from its images; `true` finds it.
   * Absent or false: none.
   */
  readonly dipoleCorrection?: boolean | 1 | 2 | 3 | undefined;
  /** Smearing width [Ha]; 0 exactly when `smearing` is `none`. */
  readonly temperature: number;
  readonly smearing: SmearingName;
  /** `collinear`: each spin has its own orbitals and density. */
  readonly spin: "none" | "collinear";
  /** Bands per k-point; null: chosen from the electron count. */
  readonly bands: number | null;
  readonly symmetry: boolean;
  /** Largest shift of atoms and lattice vectors under a symmetry operation [bohr]. */
  readonly symmetryTolerance: number;
  readonly stress: boolean;
  /** Whether the ground state is checked by other ways than it was computed. */
  readonly check: boolean;
  /** Real coefficients of the orbitals wherever the Hamiltonian is real: docs/real-orbitals.md. */
  readonly realOrbitals: boolean;
  readonly scf: ScfChoices;
  readonly seed: number;
  /** Settings of other programs that run the same file; never read here. */
  readonly peer?: Readonly<Record<string, unknown>> | undefined;
}
