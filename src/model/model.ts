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
  /** Initial magnetic moment [μB], for the guess of a spin-polarised run. */
  readonly magneticMoment?: number;
}

/** One kind of atom: an element with its pseudopotential. */
export interface Species {
  /** Chemical symbol. */
  readonly element: string;
  readonly pseudopotential: Pseudopotential;
}

/**
 * The physical system before any discretisation, as plain data that can be cloned to another thread.
 * Which energy terms act in it (functional, external fields) is a list of terms chosen beside it.
 */
export interface Model {
  readonly lattice: Lattice;
  readonly species: readonly Species[];
  readonly atoms: readonly Atom[];
  /** Number of valence electrons per cell. */
  readonly electrons: number;
  /** Occupation function and its width T [Ha]; `none` with T = 0 fills the lowest bands at every k. */
  readonly smearing: SmearingName;
  readonly temperature: number;
  /** 1: spins share orbitals (each holds two electrons). 2: collinear. */
  readonly nSpin: 1 | 2;
  /** Particles that a level holds. Default 2/nSpin, that of electrons; N puts N bosons into one orbital. */
  readonly perLevel?: number;
}

/** fMax: particles per full level. */
export const levelCapacity = ({ nSpin, perLevel }: Pick<Model, "nSpin" | "perLevel">): number =>
  perLevel ?? 2 / nSpin;

/** Whether occupations are fractional, so that the free energy has an entropy. */
export const isSmeared = ({ temperature, smearing }: Pick<Model, "temperature" | "smearing">): boolean =>
  temperature > 0 && smearing !== "none";
