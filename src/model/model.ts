import type { Pseudopotential } from "../atoms/pseudopotential.ts";
import type { Vec3 } from "../common/vec3.ts";
import type { Lattice } from "./lattice.ts";
import type { SmearingName } from "./smearing.ts";

/** An atom of the cell. */
export interface Atom {
  /** Index into `Model.species`. */
  readonly species: number;
  /** Fractional coordinates, not wrapped. */
  readonly position: Vec3;
  /** Initial magnetic moment [μB] for spin-polarised runs. */
  readonly magneticMoment?: number;
}

/** A kind of atom: an element with its pseudopotential. */
export interface Species {
  /** Chemical symbol. */
  readonly element: string;
  readonly pseudopotential: Pseudopotential;
}

/** A physical system before discretisation, as plain data. Energy terms are a separate list. */
export interface Model {
  readonly lattice: Lattice;
  readonly species: readonly Species[];
  readonly atoms: readonly Atom[];
  /** Number of valence electrons per cell. */
  readonly electrons: number;
  /** Occupation function and width T [Ha]; `none` with T = 0 fills the lowest bands at every k. */
  readonly smearing: SmearingName;
  readonly temperature: number;
  /** 1: both spins share orbitals, two electrons each. 2: collinear spins. */
  readonly nSpin: 1 | 2;
  /** Particles per level. Default 2/nSpin, as for electrons; N puts N bosons into one orbital. */
  readonly perLevel?: number;
}

/** Returns fMax, the particles per full level. */
export const levelCapacity = ({ nSpin, perLevel }: Pick<Model, "nSpin" | "perLevel">): number =>
  perLevel ?? 2 / nSpin;

/** Returns whether levels may be partly filled, so that the free energy has an entropy. */
export const isSmeared = ({ temperature, smearing }: Pick<Model, "temperature" | "smearing">): boolean =>
  temperature > 0 && smearing !== "none";
