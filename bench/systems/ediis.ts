import { difference, dotReal, newRealField, type RealField } from "../../src/kernels/fields.ts";
import { levelCapacity } from "../../src/model/model.ts";
import type { ScfProblem } from "../../src/scf/problem.ts";
import { electronsToHold, initialBands } from "../../src/scf/rules/bands.ts";
import { superpositionOfAtoms } from "../../src/state/guess.ts";
import { occupy } from "../../src/state/occupation.ts";
import { energiesOf, evaluateTerms, operatorsOf, totalPotential } from "../../src/terms/sums.ts";

/** What orbitals left: their density, its potential, their energy. */
interface Point {
  readonly rho: RealField;
  readonly potential: RealField;
  readonly energy: number;
}

/**
 * Energy-DIIS [KSC02]: the next density is the convex combination Σ c_i ρ_i of past ones, cᵢ ≥ 0, Σ cᵢ = 1, of least energy in
 *
 *   E(c) = Σ c_i E_i − ¼ Σ_ij c_i c_j ∫ (ρ_i − ρ_j)(V_i − V_j),
 *
 * exact where the energy is quadratic in the density. No damping and no preconditioner; `depth` past points.
 *
 * @returns steps until ‖F(ρ) − ρ‖ < tolerance, undefined where `limit` do not suffice.
 */
export async function ediisSteps(
  { basis, terms, createOrbitals }: ScfProblem,
  tolerance: number,
  limit: number,
  depth = 10,
): Promise<number | undefined> {
  const { model, grid } = basis;
  const fMax = levelCapacity(model);
  const isSmeared = model.temperature > 0;
  const { nBands, nConverge } = initialBands(electronsToHold(model), fMax, isSmeared, null);
  const orbitals = await createOrbitals(nBands, operatorsOf(terms));
  let points: Point[] = [];
  let rhoIn = superpositionOfAtoms(model, grid);
  basis.symmetrize(rhoIn);
  let eigenTolerance = 0.025;
  try {
    for (let step = 1; step <= limit; step++) {
      const request = { tolerance: eigenTolerance, nConverge, maxIterations: 100 };
      const solved = await orbitals.diagonalise(totalPotential(terms, rhoIn), request);
      const levels = solved.map(({ eigenvalues }, i) => ({
        weight: orbitals.spec.blocks[i]!.weight,
        eigenvalues,
      }));
      const { occupations, entropyEnergy } = occupy(model, levels);
      const weights = occupations.map((f, i) => f.map((x) => x * levels[i]!.weight));
      const rho = await orbitals.density(weights);
      basis.symmetrize(rho);
      const evaluated = evaluateTerms(terms, rho);
      const { total } = energiesOf(terms, evaluated, await orbitals.energies(weights), entropyEnergy);
      const change = difference(rho, rhoIn);
      const residual = Math.sqrt(grid.dvol * dotReal(change, change));
      if (residual < tolerance) return step;
      eigenTolerance = Math.min(eigenTolerance, Math.max(1e-13, 0.03 * residual));
      points = [...points, { rho, potential: evaluated.potential, energy: total }].slice(-depth);
      const c = leastEnergy(points, grid.dvol);
      rhoIn = newRealField(rho.length);
      points.forEach((point, i) => {
        for (let r = 0; r < rhoIn.length; r++) rhoIn[r]! += c[i]! * point.rho[r]!;
      });
    }
    return undefined;
  } finally {
    await orbitals.close();
  }
}

/** The c of least energy, two of them changed at a time. */
function leastEnergy(points: readonly Point[], dvol: number): number[] {
  const n = points.length;
  const coupling = points.map((a) =>
    points.map((b) => dvol * dotReal(difference(a.rho, b.rho), difference(a.potential, b.potential))),
  );
  const c: number[] = points.map((_, i) => (i === n - 1 ? 1 : 0));
  const slope = (i: number) =>
    points[i]!.energy - 0.5 * c.reduce((sum, x, j) => sum + x * coupling[i]![j]!, 0);
  for (let sweep = 0; sweep < 500; sweep++)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < i; j++) {
        // Along e_i − e_j the curvature is −½ (d_ii + d_jj − 2 d_ij) = d_ij.
        const curvature = coupling[i]![j]!;
        if (!(curvature > 0)) continue;
        const move = (slope(j) - slope(i)) / curvature;
        const bounded = Math.max(-c[i]!, Math.min(c[j]!, move));
        c[i]! += bounded;
        c[j]! -= bounded;
      }
  return c;
}
