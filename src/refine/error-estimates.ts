import { type Field, fieldOn } from "../basis/field.ts";
import { requireInput } from "../common/failure.ts";
import { type Given, number, type Options, valuesOf } from "../common/options.ts";
import { type Mat3, norm, sub, type Vec3 } from "../common/vec3.ts";
import { isSmeared } from "../model/model.ts";
import { smearing } from "../model/smearing.ts";
import { groundForces, groundStress } from "../scf/derivatives.ts";
import type { ScfEnd, ScfProblem } from "../scf/scf.ts";
import { solveOrbitals } from "../scf/solve-orbitals.ts";
import { densityDistance } from "../scf/solve-potential.ts";
import { operatorsOf } from "../terms/sums.ts";
import { type Refined, refine } from "./refine.ts";

/** What the estimates may be told. */
export const ERROR_ESTIMATE_OPTIONS = {
  /** Cutoff of the larger basis [Ha]. Default three times the state's. */
  cutoff: number({
    rule: "must be an energy in Ha; three times the cutoff of the run is usual",
    above: 0,
  }),
} as const satisfies Options;

export type ErrorEstimateChoices = Given<typeof ERROR_ESTIMATE_OPTIONS>;

/** A value of the run, the better one, and the error: how far the run's is from the better one. */
export interface Corrected<Value> {
  readonly raw: Value;
  readonly corrected: Value;
  /** raw − corrected: of a scalar with its sign, else the largest length of a row. */
  readonly error: number;
}

/** Estimated error of the plane-wave basis: the difference from a basis of cutoff `cutoff`. */
export interface BasisError {
  /** [Ha] */
  readonly cutoff: number;
  /** Free energy [Ha per cell]. */
  readonly energy: Corrected<number>;
  /** √∫(ρ − ρ′)² of the corrected density ρ′ on its larger grid [bohr^(-3/2)]. */
  readonly density: { readonly error: number; readonly corrected: Field };
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

/** Estimated error of the free energy A by the smearing width T. */
export interface SmearingError {
  /** `corrected` is A − E_entropy/m, the energy at T = 0 to leading order [Ha per cell]. */
  readonly energy: Corrected<number>;
  /** m, the order of A(T) − A(0) in T: 2, 3 or 4 by the kind of smearing. */
  readonly order: number;
}

/** Errors of a ground state, part by part. Estimates: nothing here is proved for one system. */
export interface ErrorEstimates {
  readonly kind: "estimate";
  readonly basis: BasisError;
  /** Absent without smearing. */
  readonly smearing?: SmearingError;
  /** Why not to trust them, a line each. */
  readonly warnings: readonly string[];
}

/** Of the cutoff of the run; 0.96 to 0.98 of the error of the energy of silicon lies below it. */
export const CUTOFF_RATIO = 3;
/** ‖Hψ − εψ‖ [Ha] of the orbitals that are corrected. */
const ORBITAL_TOLERANCE = 1e-8;
/** Two steps find what more steps find to 0.3 % of the energy. */
const SETTINGS = { steps: 2, tolerance: 1e-5, maxProducts: 60 };
/** Norm² of the correction of a band above which the first order is in doubt. */
const LARGE_CORRECTION = 0.05;

/**
 * Estimates the errors of a converged ground state: of the basis by `refine`, of the smearing from
 * the entropy. The orbitals of the state end up solved more tightly than before.
 *
 * @param atCutoff discretises the same system with another cutoff.
 */
export async function estimateErrors(
  problem: ScfProblem,
  { last, orbitals }: Pick<ScfEnd, "last" | "orbitals">,
  atCutoff: (ecut: number) => Promise<ScfProblem>,
  options: ErrorEstimateChoices = {},
): Promise<ErrorEstimates> {
  const { basis, terms } = problem;
  const { cutoff = CUTOFF_RATIO * basis.ecut } = valuesOf("errors", ERROR_ESTIMATE_OPTIONS, options);
  requireInput(
    cutoff >= basis.ecut,
    () => `errors.cutoff: must be at least the ${basis.ecut} Ha of the run, got ${cutoff}`,
  );
  const larger = await atCutoff(cutoff);
  const forces = await groundForces(problem, last, orbitals);
  const stress = await groundStress(problem, last, orbitals);
  const request = { nStates: last.state.nConverge, tolerance: ORBITAL_TOLERANCE };
  const solved = await solveOrbitals(problem, orbitals, last.rhoOut, request);
  const fine = await larger.createOrbitals(solved.nStates, operatorsOf(larger.terms));
  try {
    const refined = await refine({ ...solved, terms, rho: last.rhoOut }, larger, fine, SETTINGS);
    const end = { rhoOut: refined.after.rho, occupation: refined.after.occupation };
    const newForces = forces && (await groundForces(larger, end, fine));
    const newStress = stress && (await groundStress(larger, end, fine));
    return {
      kind: "estimate",
      basis: {
        cutoff,
        energy: scalar(last.energies.total, refined.after.energies.total),
        density: {
          error: densityDistance(larger.basis, refined.after.rho, refined.before.rho),
          corrected: fieldOn(larger.basis.grid, refined.after.rho),
        },
        ...(forces && newForces && { forces: rows(forces, newForces) }),
        ...(stress && newStress && { stress: rows(stress, newStress) }),
        fermiLevel: scalar(last.occupation.fermiLevel, refined.after.occupation.fermiLevel),
        levels: levelErrors(refined),
        products: refined.products,
      },
      ...(isSmeared(basis.model) && { smearing: smearingError(problem, last) }),
      warnings: [
        ...doubts(refined),
        ...(solved.converged ? [] : ["errors: the eigensolver reached its iteration limit"]),
      ],
    };
  } finally {
    await fine.close();
  }
}

const scalar = (raw: number, corrected: number): Corrected<number> => ({
  raw,
  corrected,
  error: raw - corrected,
});

const rows = <Rows extends readonly Vec3[]>(raw: Rows, corrected: Rows): Corrected<Rows> => ({
  raw,
  corrected,
  error: Math.max(...raw.map((row, i) => norm(sub(row, corrected[i]!)))),
});

/** Electrons in a level, relative to a full one, from which on it is listed. */
const HOLDS_ELECTRONS = 1e-3;

function levelErrors({ before, after }: Refined): Corrected<readonly (readonly number[])[]> {
  const filled = before.levels.map(({ eigenvalues }, i) => {
    const { occupations } = before.occupation;
    const most = Math.max(...occupations.map((f) => Math.max(...f)));
    return Array.from(eigenvalues).filter((_, n) => occupations[i]![n]! > HOLDS_ELECTRONS * most);
  });
  const corrected = filled.map((raw, i) => Array.from(after.levels[i]!.eigenvalues.subarray(0, raw.length)));
  const errors = filled.flatMap((raw, i) => raw.map((e, n) => Math.abs(e - corrected[i]![n]!)));
  return { raw: filled, corrected, error: Math.max(...errors) };
}

/** E(T = 0) ≈ A − E_entropy/m: docs/error-estimates.md, section 5. */
function smearingError(
  { basis: { model } }: Pick<ScfProblem, "basis">,
  { energies, occupation }: Pick<ScfEnd["last"], "energies" | "occupation">,
): SmearingError {
  const { order } = smearing(model.smearing);
  return { order, energy: scalar(energies.total, energies.total - occupation.entropyEnergy / order) };
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
