import { type Mat3, norm, sub, type Vec3 } from "../common/vec3.ts";

/** A value of the run, the better one, and the error: how far the run's is from the better one. */
export interface Corrected<Value> {
  readonly raw: Value;
  readonly corrected: Value;
  /** raw − corrected: of a scalar with its sign, else the largest length of a row. */
  readonly error: number;
}

export const scalar = (raw: number, corrected: number): Corrected<number> => ({
  raw,
  corrected,
  error: raw - corrected,
});

export const rows = <Rows extends readonly Vec3[]>(raw: Rows, corrected: Rows): Corrected<Rows> => ({
  raw,
  corrected,
  error: Math.max(...raw.map((row, i) => norm(sub(row, corrected[i]!)))),
});

/** Why there is no estimate. */
export interface NotEstimated {
  readonly reason: string;
}

/** Where errors come from. */
export const ERROR_PARTS = ["basis", "kpoints", "smearing", "scf", "eigensolver", "rounding"] as const;
export type ErrorPartName = (typeof ERROR_PARTS)[number];

/** What has errors. */
export const ERROR_QUANTITIES = ["energy", "forces", "stress"] as const;
export type ErrorQuantity = (typeof ERROR_QUANTITIES)[number];
export const UNITS = { energy: "Ha", forces: "Ha/bohr", stress: "Ha/bohr³" };
/** What differences between runs are accurate to, in these units. */
export const ACCURACY = { energy: 1e-9, forces: 1e-6, stress: 1e-8 };

/** Estimated error of a quantity by one part: of the energy with its sign, else a length. */
export interface EstimatedError {
  /** [Ha per cell], [Ha/bohr], [Ha/bohr³] */
  readonly error: number;
  /** What the correction leaves, where that is known. */
  readonly remains?: number;
  /** Why it is an order of magnitude at best; the corrected value does not use it then. */
  readonly doubt?: string;
}

/** One part of the error of each quantity, or why it is not known. */
export type ErrorPart = Readonly<Record<ErrorQuantity, EstimatedError | NotEstimated>>;

/** Value of a run, the same less the trusted errors, and the sum of the moduli of the estimates. */
export interface Total<Value> {
  readonly raw: Value;
  readonly corrected: Value;
  /** Over all known parts; an estimate as these are, no bound. */
  readonly sum: number;
}

/** All parts with their sums. */
export interface SummedParts {
  readonly parts: Readonly<Record<ErrorPartName, ErrorPart>>;
  readonly total: {
    readonly energy: Total<number>;
    readonly forces?: Total<readonly Vec3[]>;
    readonly stress?: Total<Mat3>;
  };
}

/** Values that have errors; forces and stress are absent where terms have none. */
export interface WithErrors {
  readonly energy: number;
  readonly forces?: readonly Vec3[] | undefined;
  readonly stress?: Mat3 | undefined;
}

/** A part, and the values whose differences it is, where it is trusted. */
export interface FoundPart {
  readonly part: ErrorPart;
  readonly correction?: { readonly raw: WithErrors; readonly corrected: WithErrors };
}

/** Makes a part of values before and after a correction. */
export function partOf(raw: WithErrors, corrected: WithErrors): FoundPart {
  const of = (a: readonly Vec3[] | undefined, b: readonly Vec3[] | undefined, name: string) =>
    a && b ? { error: rows(a, b).error } : { reason: `the terms have no ${name}` };
  return {
    part: {
      energy: { error: raw.energy - corrected.energy },
      forces: of(raw.forces, corrected.forces, "forces"),
      stress: of(raw.stress, corrected.stress, "stress"),
    },
    correction: { raw, corrected },
  };
}

/** Adds up the parts of the errors of a run. */
export function summedParts(run: WithErrors, found: Readonly<Record<ErrorPartName, FoundPart>>): SummedParts {
  const parts = Object.fromEntries(
    ERROR_PARTS.map((name) => [name, found[name].part]),
  ) as unknown as SummedParts["parts"];
  const sumOf = (quantity: ErrorQuantity) =>
    ERROR_PARTS.reduce((sum, name) => {
      const part = parts[name][quantity];
      return "error" in part ? sum + Math.abs(part.error) : sum;
    }, 0);
  const corrections = ERROR_PARTS.flatMap((name) => found[name].correction ?? []);
  const energy = corrections.reduce(
    (e, { raw, corrected }) => e - (raw.energy - corrected.energy),
    run.energy,
  );
  const less = <Rows extends readonly Vec3[]>(
    own: Rows,
    of: (values: WithErrors) => readonly Vec3[] | undefined,
  ) =>
    corrections.reduce<readonly Vec3[]>((sum, { raw, corrected }) => {
      const [a, b] = [of(raw), of(corrected)];
      return a && b ? sum.map((row, i) => sub(row, sub(a[i]!, b[i]!))) : sum;
    }, own) as Rows;
  const { forces, stress } = run;
  return {
    parts,
    total: {
      energy: { raw: run.energy, corrected: energy, sum: sumOf("energy") },
      ...(forces && {
        forces: { raw: forces, corrected: less(forces, (values) => values.forces), sum: sumOf("forces") },
      }),
      ...(stress && {
        stress: { raw: stress, corrected: less(stress, (values) => values.stress), sum: sumOf("stress") },
      }),
    },
  };
}
