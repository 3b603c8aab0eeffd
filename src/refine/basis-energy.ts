import { onGrid } from "../basis/on-grid.ts";
import { asRealField } from "../kernels/fields.ts";
import type { ScfEnd, ScfProblem } from "../scf/scf.ts";
import { densityWeights } from "../state/occupation.ts";
import { operatorsOf, totalPotential } from "../terms/sums.ts";
import { lift, spheresOf } from "./refine.ts";

/** Error of a free energy at a cutoff. */
export interface EnergyAtCutoff {
  /** [Ha] */
  readonly ecut: number;
  /** [Ha per cell] */
  readonly error: number;
}

/** Estimated error of the free energy by the basis, alone. */
export interface BasisEnergy {
  /** The larger basis that it is the difference from [Ha]. */
  readonly cutoff: number;
  /** [Ha per cell], not negative. */
  readonly error: number;
  /** What of it is expected to be left at cutoffs in between, ascending; the first is the run's. */
  readonly decay: readonly EnergyAtCutoff[];
  /** Largest ‖x_n‖² of a band that holds electrons. */
  readonly largest: number;
}

/** Steps of conjugate gradients for x_n, as `refine` takes. */
const STEPS = 2;
/** Shells of the kinetic energy, in equal ratios. */
const SHELLS = 12;

/**
 * Estimates the error of the free energy of a ground state by its basis, without the response of
 * the density: −Σ f_n w ⟨Hφ_n|x_n⟩ with the x_n of `refine`, which is the energy to second order
 * but for what x_n, y_n and δρ do to each other (docs/error-estimates.md).
 *
 * Where in the sphere the x_n are tells what a cutoff in between would leave: the share of
 * Σ f_n w Σ_G ½|k+G|² |x_n(G)|² that lies beyond it.
 *
 * @param larger the same system and k-points at a higher cutoff.
 */
export async function basisEnergy(
  { basis }: Pick<ScfProblem, "basis">,
  { last, orbitals }: Pick<ScfEnd, "last" | "orbitals">,
  larger: ScfProblem,
  signal?: AbortSignal,
): Promise<BasisEnergy> {
  const nStates = last.state.nConverge;
  const fine = await larger.createOrbitals(nStates, operatorsOf(larger.terms), signal);
  try {
    const spheres = spheresOf(basis, larger.basis, fine);
    const { lifted, levels, occupation } = await lift(
      { basis, orbitals, levels: last.levels, nStates },
      fine,
      spheres,
    );
    await fine.restore(lifted);
    const rho = asRealField(onGrid(last.rhoOut, basis.grid, larger.basis.grid));
    await fine.setPotential(totalPotential(larger.terms, rho));
    const weights = densityWeights(occupation, levels);
    const ratio = (larger.basis.ecut / basis.ecut) ** (1 / SHELLS);
    const shells = Array.from({ length: SHELLS }, (_, i) => basis.ecut * ratio ** i);
    const tails = await fine.map("basisTail", (index) => ({
      small: spheres[index]!.rows,
      eigenvalues: levels[index]!.eigenvalues,
      weights: weights[index]!,
      steps: STEPS,
      // waves of the sphere of a moved cell may be beyond its cutoff
      shells: [0, ...shells.slice(1)],
    }));
    const error = -tails.reduce((sum, { energy }) => sum + energy, 0);
    const inShell = shells.map((_, i) => tails.reduce((sum, tail) => sum + tail.shells[i]!, 0));
    const beyond = inShell.map((_, i) => inShell.slice(i).reduce((sum, part) => sum + part, 0));
    return {
      cutoff: larger.basis.ecut,
      error,
      decay: shells.map((ecut, i) => ({ ecut, error: (error * beyond[i]!) / beyond[0]! })),
      largest: Math.max(...tails.map(({ largest }) => largest)),
    };
  } finally {
    await fine.close();
  }
}
