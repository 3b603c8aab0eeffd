import { type Field, fieldOn } from "../basis/field.ts";
import { requireInput } from "../common/failure.ts";
import { type Given, number, type Options, valuesOf } from "../common/options.ts";
import type { Mat3, Vec3 } from "../common/vec3.ts";
import type { RealField } from "../kernels/fields.ts";
import { isSmeared } from "../model/model.ts";
import type { Orbitals } from "../parallel/orbitals.ts";
import { groundForces, groundStress } from "../scf/derivatives.ts";
import type { ScfEnd, ScfProblem } from "../scf/scf.ts";
import { densityDistance } from "../scf/solve-potential.ts";
import { operatorsOf } from "../terms/sums.ts";
import { type DividedGrid, type KpointError, kpointError } from "./kpoint-error.ts";
import { newtonDensity, type SolvedPoint, solvedPoint } from "./newton.ts";
import {
  type Corrected,
  type EstimatedError,
  type FoundPart,
  type NotEstimated,
  partOf,
  rows,
  type SummedParts,
  scalar,
  summedParts,
  type WithErrors,
} from "./parts.ts";
import { type Refined, refine } from "./refine.ts";
import { energyRounding } from "./rounding.ts";
import { type SmearingError, smearingError } from "./smearing-error.ts";

/** What the estimates may be told. */
const ERROR_ESTIMATE_OPTIONS = {
  /** Cutoff of the larger basis [Ha]. Default three times the state's. */
  cutoff: number({
    rule: "must be an energy in Ha; three times the cutoff of the run is usual",
    above: 0,
  }),
} as const satisfies Options;

export type ErrorEstimateChoices = Given<typeof ERROR_ESTIMATE_OPTIONS>;

/** Estimated error of the plane-wave basis: the difference from a basis of cutoff `cutoff`. */
export interface BasisError {
  /** [Ha] */
  readonly cutoff: number;
  /** Free energy [Ha per cell]. */
  readonly energy: Corrected<number>;
  /**
   * √∫(ρ − ρ′)² of the corrected density ρ′ on its larger grid [bohr^(-3/2)]; `raw` is the
   * self-consistent ρ on the grid of the run.
   */
  readonly density: { readonly error: number; readonly raw: Field; readonly corrected: Field };
  /** [Ha/bohr], Cartesian; absent where no term has forces. */
  readonly forces?: Corrected<readonly Vec3[]>;
  /** [Ha/bohr³]; absent where a term has none. */
  readonly stress?: Corrected<Mat3>;
  /** [Ha] */
  readonly fermiLevel: Corrected<number>;
  /**
   * Levels of every block in the order of `GroundState.levels` [Ha], those that hold electrons;
   * `error` is the largest modulus.
   */
  readonly levels: Corrected<readonly (readonly number[])[]>;
  /** Products with the dielectric operator. */
  readonly products: number;
}

/** Errors of a ground state, part by part. Estimates: nothing here is proved for one system. */
export interface ErrorEstimates extends SummedParts {
  readonly kind: "estimate";
  /** What the parts are made of. */
  readonly basis: BasisError;
  /** Absent without smearing. */
  readonly smearing?: SmearingError;
  /** Absent where there is no grid to double. */
  readonly kpoints?: KpointError;
  /** Why not to trust them, a line each. */
  readonly warnings: readonly string[];
}

/** Stages of an estimate, in their order. */
export type ErrorStage =
  | "orbitals"
  | "response of the density"
  | "response of the basis"
  | "narrower smearing"
  | "denser k-grid";

/** Options of the estimates, and functions that hear of their progress. */
export type ErrorEstimateOptions = ErrorEstimateChoices & {
  /** Hears of k-points or products done; the number of products is not known before. */
  readonly onProgress?: ((stage: ErrorStage, done: number, total?: number) => void) | undefined;
  /** Heard between k-points and between products. */
  readonly signal?: AbortSignal | undefined;
  /** Parts that are left out. */
  readonly without?: readonly ("kpoints" | "k-points of forces" | "smearing")[] | undefined;
};

/** The same system discretised in another way. */
export interface OtherDiscretisations {
  /** With another cutoff [Ha], and the same k-points. */
  readonly atCutoff: (ecut: number) => Promise<ScfProblem>;
  /** With other k-points, and the same cutoff and FFT grid. @throws InputError without room. */
  readonly atKgrid: (choice: DividedGrid) => Promise<ScfProblem>;
}

/** Of the cutoff of the run; 0.96 to 0.98 of the error of the energy of silicon lies below it. */
export const CUTOFF_RATIO = 3;
/** ‖Hψ − εψ‖ [Ha] of the orbitals that are corrected: this share of the run's, and at most. */
const ORBITAL_TOLERANCE = { share: 0.03, least: 1e-10, most: 1e-8 };
/** Two steps find what more steps find to 0.3 % of the energy. */
const SETTINGS = { steps: 2, tolerance: 1e-5, maxProducts: 60 };
/** Newton's step leaves this share of what it corrects. */
const NEWTON = { tolerance: 1e-2, maxProducts: 60 };
/** Norm² of the correction of a band above which the first order is in doubt. */
const LARGE_CORRECTION = 0.05;

/**
 * Estimates the errors of a converged ground state, part by part:
 *
 * - eigensolver: the orbitals of the run less those of the same potential, solved for further;
 * - scf: these less those of the density one step of Newton's method further on;
 * - basis: these less their correction on a larger basis, by `refine`;
 * - smearing: from the entropy and a narrower width; kpoints: by a denser grid;
 * - rounding: from the number of operations.
 *
 * Overwrites the orbitals: whoever needs those of the run afterwards saves them before.
 *
 * @throws NotConvergedError or the signal's reason if the signal aborts the work.
 */
export async function estimateErrors(
  problem: ScfProblem,
  { last, orbitals }: Pick<ScfEnd, "last" | "orbitals">,
  { atCutoff, atKgrid }: OtherDiscretisations,
  options: ErrorEstimateOptions = {},
): Promise<ErrorEstimates> {
  const { basis, terms } = problem;
  const { cutoff = CUTOFF_RATIO * basis.ecut } = valuesOf("errors", ERROR_ESTIMATE_OPTIONS, options);
  requireInput(
    cutoff >= basis.ecut,
    () => `errors.cutoff: must be at least the ${basis.ecut} Ha of the run, got ${cutoff}`,
  );
  const larger = await atCutoff(cutoff);
  const { signal, onProgress, without = [] } = options;
  const tell = (stage: ErrorStage) => {
    signal?.throwIfAborted();
    return (done: number, total?: number) => {
      signal?.throwIfAborted();
      onProgress?.(stage, done, total);
    };
  };
  const run: WithErrors = {
    energy: last.energies.total,
    forces: await groundForces(problem, last, orbitals),
    stress: await groundStress(problem, last, orbitals),
  };
  const { share, least, most } = ORBITAL_TOLERANCE;
  const request = {
    nStates: last.state.nConverge,
    tolerance: Math.min(most, Math.max(least, share * last.state.eigenTolerance)),
  };
  const solved = await solvedPoint(problem, orbitals, last.rhoIn, request, tell("orbitals"));
  const onProduct = tell("response of the density");
  const newton = await newtonDensity(problem, solved, { ...NEWTON, onProduct });
  const point = await solvedPoint(problem, orbitals, newton.rho, request, tell("orbitals"));
  const self = valuesAt(point);

  const fine = await larger.createOrbitals(point.nStates, operatorsOf(larger.terms), signal);
  const { refined, better } = await withOpen(fine, async () => {
    const settings = { ...SETTINGS, onProduct: tell("response of the basis") };
    const refined = await refine({ ...point, terms, rho: point.rhoIn }, larger, fine, settings);
    const end = { rhoOut: refined.after.rho, occupation: refined.after.occupation };
    const better: WithErrors = {
      energy: refined.after.energies.total,
      forces: self.forces && (await groundForces(larger, end, fine)),
      stress: self.stress && (await groundStress(larger, end, fine)),
    };
    return { refined, better };
  });
  const kpoints = without.includes("kpoints")
    ? LEFT_OUT
    : await kpointError(problem, orbitals, point, {
        atKgrid: without.includes("k-points of forces") ? undefined : atKgrid,
        onProgress: tell("denser k-grid"),
        signal,
      });
  const narrower = tell("narrower smearing");
  const smeared = !isSmeared(basis.model)
    ? undefined
    : without.includes("smearing")
      ? LEFT_OUT
      : await smearingError(problem, orbitals, point, request, { ...NEWTON, onProduct: narrower }, narrower);

  const rounding = energyRounding(basis, last.energies, orbitals.spec.setup.nBands);
  const uncounted = { reason: "only the operations of the energy are counted" };
  return {
    kind: "estimate",
    ...summedParts(run, {
      basis: partOf(self, better),
      kpoints: kpointPart(kpoints, self),
      smearing: smearingPart(smeared, self),
      scf: partOf(valuesAt(solved), self),
      eigensolver: partOf(run, valuesAt(solved)),
      rounding: { part: { energy: { error: rounding }, forces: uncounted, stress: uncounted } },
    }),
    basis: basisError(cutoff, larger, point, refined, { self, better, rho: newton.rho }),
    ...(smeared && "energy" in smeared && { smearing: smeared }),
    ...("energy" in kpoints && { kpoints }),
    warnings: [
      ...doubts(refined),
      ...(isSmeared(basis.model) ? [] : gapDoubts(point, refined)),
      ...(point.converged && solved.converged ? [] : ["errors: the eigensolver reached its iteration limit"]),
      ...(newton.isConverged
        ? []
        : ["errors: the response of the density did not converge; the part of the SCF is less accurate"]),
      ...doubtsOf(kpoints),
      ...doubtsOf(smeared),
    ],
  };
}

/** What is in doubt of a part, each once. */
const doubtsOf = (found: KpointError | SmearingError | NotEstimated | undefined): string[] =>
  found === undefined || "reason" in found
    ? []
    : [
        ...new Set(
          [found, found.forces, found.stress].flatMap((each) =>
            each?.doubt === undefined ? [] : [`errors: ${each.doubt}`],
          ),
        ),
      ];

const valuesAt = ({ energies, forces, stress }: SolvedPoint): WithErrors => ({
  energy: energies.total,
  forces,
  stress,
});

/** Closes the orbitals of the larger basis after their use. */
async function withOpen<T>(fine: Orbitals, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } finally {
    await fine.close();
  }
}

function basisError(
  cutoff: number,
  larger: ScfProblem,
  point: SolvedPoint,
  refined: Refined,
  { self, better, rho }: { readonly self: WithErrors; readonly better: WithErrors; readonly rho: RealField },
): BasisError {
  const { before, after, products } = refined;
  return {
    cutoff,
    energy: scalar(self.energy, better.energy),
    density: {
      error: densityDistance(larger.basis, after.rho, before.rho),
      raw: fieldOn(point.basis.grid, rho),
      corrected: fieldOn(larger.basis.grid, after.rho),
    },
    ...(self.forces && better.forces && { forces: rows(self.forces, better.forces) }),
    ...(self.stress && better.stress && { stress: rows(self.stress, better.stress) }),
    fermiLevel: scalar(point.occupation.fermiLevel, after.occupation.fermiLevel),
    levels: levelErrors(refined),
    products,
  };
}

const LEFT_OUT: NotEstimated = { reason: "it was not asked for" };

const sameReason = (reason: string) => ({ energy: { reason }, forces: { reason }, stress: { reason } });

type Judgement = Pick<EstimatedError, "remains" | "doubt">;

/** A part whose quantities are judged one by one: what is in doubt corrects nothing. */
function judgedPart(
  self: WithErrors,
  energy: EstimatedError,
  {
    forces,
    stress,
    energyAlone,
  }: {
    readonly forces?: Corrected<readonly Vec3[]> & Judgement;
    readonly stress?: Corrected<Mat3> & Judgement;
    readonly energyAlone?: string;
  },
): FoundPart {
  const of = ({ error, remains, doubt }: EstimatedError): EstimatedError => ({
    error,
    ...(remains === undefined ? {} : { remains }),
    ...(doubt === undefined ? {} : { doubt }),
  });
  const rowsOf = (quantity: "forces" | "stress", known: EstimatedError | undefined) =>
    known ? of(known) : { reason: energyAlone ?? `the terms have no ${quantity}` };
  const trusted = <Rows>(known: (Corrected<Rows> & Judgement) | undefined) =>
    known?.doubt === undefined ? known?.corrected : undefined;
  return {
    part: { energy: of(energy), forces: rowsOf("forces", forces), stress: rowsOf("stress", stress) },
    correction: {
      raw: self,
      corrected: {
        energy: self.energy - (energy.doubt === undefined ? energy.error : 0),
        forces: trusted(forces),
        stress: trusted(stress),
      },
    },
  };
}

const kpointPart = (found: KpointError | NotEstimated, self: WithErrors): FoundPart =>
  "reason" in found
    ? { part: sameReason(found.reason) }
    : judgedPart(self, { ...found, error: found.energy }, found);

function smearingPart(found: SmearingError | NotEstimated | undefined, self: WithErrors): FoundPart {
  if (found === undefined) return partOf(self, self);
  if ("reason" in found) return { part: sameReason(found.reason) };
  return judgedPart(self, { ...found, error: found.energy.error }, found);
}

/** Electrons in a level, relative to a full one, from which on it is listed. */
const HOLDS_ELECTRONS = 1e-3;

function levelErrors({
  before,
  after,
}: Pick<Refined, "before" | "after">): Corrected<readonly (readonly number[])[]> {
  const filled = before.levels.map(({ eigenvalues }, i) => {
    const { occupations } = before.occupation;
    const most = Math.max(...occupations.map((f) => Math.max(...f)));
    return Array.from(eigenvalues).filter((_, n) => occupations[i]![n]! > HOLDS_ELECTRONS * most);
  });
  const corrected = filled.map((raw, i) => Array.from(after.levels[i]!.eigenvalues.subarray(0, raw.length)));
  const errors = filled.flatMap((raw, i) => raw.map((e, n) => Math.abs(e - corrected[i]![n]!)));
  return { raw: filled, corrected, error: Math.max(...errors) };
}

/** Says where empty levels lie so near that filled ones may change places with them. */
export function gapDoubts(
  { levels, occupation }: Pick<SolvedPoint, "levels" | "occupation">,
  refined: Pick<Refined, "before" | "after">,
): string[] {
  const { raw, corrected } = levelErrors(refined);
  const filled = occupation.occupations.map((f) => 1 + f.findLastIndex((x) => x > HOLDS_ELECTRONS));
  const highest = Math.max(...levels.map(({ eigenvalues }, i) => eigenvalues[filled[i]! - 1] ?? -Infinity));
  const lowest = Math.min(...levels.map(({ eigenvalues }, i) => eigenvalues[filled[i]!] ?? Infinity));
  const gap = lowest - highest;
  const error = Math.max(
    ...raw.map((own, i) => Math.abs(own[filled[i]! - 1]! - corrected[i]![filled[i]! - 1]!)),
  );
  return gap < error
    ? [
        `errors: the gap of ${gap.toExponential(1)} Ha is less than the ${error.toExponential(1)} Ha by which the highest filled levels change with the basis: filled and empty ones may change places; give a smearing or raise ecut`,
      ]
    : [];
}

/** Signs that the first order does not hold. */
function doubts({ corrections, before, isConverged }: Refined): string[] {
  const { occupations } = before.occupation;
  const largest = Math.max(
    ...corrections.flatMap(({ norms2 }, i) =>
      Array.from(norms2.filter((_, n) => occupations[i]![n]! > 1e-3)),
    ),
  );
  return [
    ...(isConverged
      ? []
      : ["errors: the response did not converge; the density and forces are less accurate"]),
    ...(largest > LARGE_CORRECTION
      ? [
          `errors: an orbital lacks ${(100 * largest).toFixed(0)} % of its norm in this basis, more than a correction of first order can give; raise ecut`,
        ]
      : []),
  ];
}
