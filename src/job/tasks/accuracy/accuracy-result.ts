import type { Mat3, Vec3 } from "../../../common/vec3.ts";
import type { ErrorQuantity } from "../../../refine/parts.ts";
import type { Accuracy } from "../../schema/accuracy.ts";
import type { ResultStatus } from "../scf/status.ts";
import type { Settings } from "../settings.ts";
import type { CutoffError } from "./predict.ts";

/** Errors by quantity: energy [Ha/atom], forces [Ha/bohr], stress [Ha/bohr³]; absent: not known. */
export type QuantityErrors = Readonly<Partial<Record<ErrorQuantity, number>>>;

/** Energy, forces and stress of a run. */
export interface RunValues {
  /** Free energy [Ha per cell]. */
  readonly energy: number;
  readonly forces?: readonly Vec3[] | undefined;
  readonly stress?: Mat3 | undefined;
}

/** What a run on the way is for. */
export type RoundPurpose = "basis" | "k-grid" | "result";

/** A run on the way to the accuracy. */
export interface AccuracyRound extends Settings, RunValues {
  readonly purpose: RoundPurpose;
  readonly status: ResultStatus;
  /** SCF steps, and bands multiplied by H in them, summed over k-points. */
  readonly iterations: number;
  readonly hamiltonianApplications: number;
  /** Irreducible k-points, and plane waves of all of the grid on average. */
  readonly kpoints: number;
  readonly planeWaves: number;
  /** Last ‖ρout − ρin‖ [bohr^(-3/2)]. */
  readonly residual: number;
  /** With what estimates its errors. */
  readonly seconds: number;
  readonly cpuSeconds?: number;
  /** Estimated errors by the basis, and by SCF and eigensolver, where they were asked for. */
  readonly basis?: QuantityErrors;
  readonly scf?: QuantityErrors;
  /** Errors of the energy by the basis that are expected at higher cutoffs, ascending. */
  readonly decay?: readonly CutoffError[];
  /** Why these are not to be trusted, or not there. */
  readonly doubt?: string;
}

/** The parts of the error of a result that was aimed at an accuracy, in their order. */
export const AIMED_PARTS = ["basis", "kpoints", "coupling", "scf", "smearing"] as const;
export type AimedPart = (typeof AIMED_PARTS)[number];

/** Estimated error of one quantity. */
export interface AimedError {
  /** What was asked for, in the units of `QuantityErrors`; absent for the others. */
  readonly asked?: number;
  /** Sum of the parts that count, a modulus; absent where one of them is not known. */
  readonly error?: number;
  readonly parts: Readonly<Partial<Record<AimedPart, number>>>;
}

/** How a result was aimed at an accuracy. Estimates, no bounds. Hartree units. */
export interface AccuracyReport {
  readonly asked: Accuracy;
  /** In words, as it was asked for. */
  readonly text: string;
  readonly status: "reached" | "not-reached" | "interrupted";
  /** Why not; absent where it was reached. */
  readonly reason?: string;
  /** Of the run whose energy, forces and stress the result holds. */
  readonly settings: Settings & { readonly densityTolerance: number };
  /** Bands that were held at every k-point and spin of it, and how many hold electrons. */
  readonly bands: { readonly held: number; readonly filled: number };
  readonly errors: Readonly<Partial<Record<ErrorQuantity, AimedError>>>;
  readonly rounds: readonly AccuracyRound[];
}
