import { gradientOn, newVectorField } from "../../basis/gradient.ts";
import { exactProductGridSize } from "../../basis/grid.ts";
import type { PlaneWaveBasis } from "../../basis/plane-wave-basis.ts";
import { add, norm, sub, type Vec3 } from "../../common/vec3.ts";
import { dotReal, type RealField, spinComponent } from "../../kernels/fields.ts";
import { symmetrizeForces } from "../../observables/symmetrised.ts";
import type { Orbitals } from "../../parallel/orbitals.ts";
import { groundForces, groundStress } from "../../scf/derivatives.ts";
import type { ScfProblem } from "../../scf/problem.ts";
import type { ScfStep } from "../../scf/state.ts";
import { type Check, short, upTo } from "./check.ts";

type Problem = Pick<ScfProblem, "basis" | "terms">;

/** Rounding of forces and stress, relative to what is added. */
const ROUNDING = 1e-11;

/**
 * Checks forces and stress, where the terms have them.
 *
 * @param residual largest ‖Hψ − εψ‖ of an occupied orbital [Ha].
 */
export async function forceChecks(
  problem: Problem,
  last: ScfStep,
  orbitals: Orbitals,
  residual: number,
): Promise<Check[]> {
  const forces = await groundForces(problem, last, orbitals);
  const stress = await groundStress(problem, last, orbitals);
  return [
    ...(forces !== undefined && isTranslated(problem) ? [sumCheck(problem, last, forces, residual)] : []),
    ...(stress === undefined ? [] : [stressCheck(stress)]),
  ];
}

/** Whether all operators move with the atoms, and products of orbitals are exact on the grid. */
function isTranslated({ basis: { model, grid, ecut }, terms }: Problem): boolean {
  const { lattice, atoms } = model;
  const exact = exactProductGridSize(lattice.waves ?? lattice.vectors, ecut, lattice.dimension);
  return (
    atoms.length > 0 &&
    exact.every((n, i) => n <= grid.size[i]!) &&
    terms.every(
      ({ operator }) =>
        operator === undefined ||
        (typeof operator !== "function" && (operator.kind === "kinetic" || operator.kind === "nonlocal")),
    )
  );
}

/**
 * Compares the sum of the forces with what it must be. Of eigenvectors ⟨ψ|[∇, H]|ψ⟩ = 0: the forces
 * of the nonlocal potentials add up to ∫ V[ρin] ∇ρout. Those of a potential that moves with the
 * atoms add up to −∫ V ∇ρ, those of the nuclei to zero, and all to
 *
 *   Σ F = Σ_t ∫ V_t[ρin] ∇ρout + Σ F_t   over the terms t that are not linear in ρ (Hartree, xc),
 *         + Σ_t ∫ V_t ∇ρout              over potentials that do not move with the atoms.
 *
 * It is zero where the energy does not change when everything moves, and otherwise the egg-box of
 * xc on the grid. An orbital with the residual r adds at most 2 ‖r‖ ‖∇ψ‖, ‖∇ψ‖² ≤ 2 E_cut.
 */
function sumCheck(
  { basis, terms }: Problem,
  { rhoIn, rhoOut, occupation }: ScfStep,
  forces: readonly Vec3[],
  residual: number,
): Check {
  const { model, ecut, operations, grid } = basis;
  const state = { rho: rhoOut, entropyEnergy: occupation.entropyEnergy };
  const gradient = gradientOf(basis, rhoOut);
  let expected: Vec3 = [0, 0, 0];
  let size = forces.reduce((most, f) => most + norm(f), 0);
  for (const term of terms) {
    if (term.evaluate === undefined) continue;
    const { potential } = term.evaluate(rhoIn);
    const force = gradient.map((part) => grid.dvol * dotReal(potential, part)) as unknown as Vec3;
    for (const part of gradient)
      size += grid.dvol * Math.sqrt(dotReal(potential, potential) * dotReal(part, part));
    const own = term.forces?.(state);
    if (term.isLinear === true && own !== undefined) continue;
    expected = add(add(expected, force), total(symmetrizeForces(own ?? [], model, own ? operations : [])));
  }
  const sum = total(forces);
  const apart = norm(sub(sum, expected));
  return upTo(
    "sum of the forces",
    apart,
    2 * model.electrons * residual * Math.sqrt(2 * ecut) + ROUNDING * size,
    "2 ||r|| ||grad psi|| for each electron, with the largest residual r of an orbital",
    `the forces add up to ${short(norm(sum))} Ha/bohr; the egg-box of xc on the grid is ${short(norm(expected))}, which leaves ${short(apart)}`,
  );
}

const total = (forces: readonly Vec3[]): Vec3 => forces.reduce(add, [0, 0, 0]);

/** Returns ∇f of both spins, three fields of shape [nSpin·N]. */
function gradientOf({ grid, model }: PlaneWaveBasis, f: RealField): RealField[] {
  const { into } = gradientOn(grid);
  const out = newVectorField(model.nSpin * grid.points);
  for (let spin = 0; spin < model.nSpin; spin++)
    into(
      out.map((part) => spinComponent(part, spin, grid.points)),
      spinComponent(f, spin, grid.points),
    );
  return out;
}

function stressCheck(stress: readonly Vec3[]): Check {
  let [error, size] = [0, 0];
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++) {
      error = Math.max(error, Math.abs(stress[i]![j]! - stress[j]![i]!));
      size = Math.max(size, Math.abs(stress[i]![j]!));
    }
  return upTo(
    "symmetry of the stress",
    error,
    1e-10 + ROUNDING * size,
    "rounding of the sums over plane waves and grid",
    `the stress is symmetric to ${short(error)} Ha/bohr^3`,
  );
}
