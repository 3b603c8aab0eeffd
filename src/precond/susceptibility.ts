import type { Grid } from "../basis/grid.ts";
import { dotReal, newRealField, type ReadonlyRealField, type RealField, sumReal } from "../kernels/fields.ts";
import type { ApplyPreconditioner } from "./preconditioner.ts";
import { type ResponseSpace, responseSpace } from "./response-space.ts";
import { type ModelSusceptibility, screenedWaves } from "./screened-waves.ts";

/**
 * Solves (1 − χ̃₀ v) δρ = f, v = 4π/|G|², for the total density, with
 *
 *   χ̃₀ = −D(r) δ(r − r′) + D(r) D(r′)/∫D − √L C √L
 *
 * The second term is the shift of the Fermi level, which keeps ∫δρ = 0. With u = v^{½} δρ on G ≠ 0 the operator is
 * symmetric and at least one,
 *
 *   (1 + v^{½}(−χ̃₀)v^{½}) u = v^{½} f,     δρ = f + χ̃₀ v^{½} u,
 *
 * so conjugate gradients apply (`screened-waves.ts`). u lives on the waves of `ResponseSpace`, and bound charges answer on them
 * as well; the product with D that gives δρ is taken on the full grid. The mean of f is carried past it all. Both spins feel one
 * potential, and each answers with its own D; what is polarised belongs to both alike.
 *
 * The transposed system, (1 − v χ̃₀) δV = f for potentials, has the same symmetric one at its heart:
 *
 *   (1 + v^{½}(−χ̃₀)v^{½}) u = v^{½} χ̃₀ f,     δV = f + v^{½} u
 *
 * The returned function keeps the tables of the grid it saw last; it is otherwise without memory.
 */
export function screening(): Screening {
  let space: ResponseSpace | undefined;
  return (grid, nSpin, model, transposed = false) => {
    if (space?.fine !== grid) space = responseSpace(grid);
    return (transposed ? bindTransposed : bind)(space, nSpin, model);
  };
}

/** @param transposed for potentials; default false, for densities. */
export type Screening = (
  grid: Grid,
  nSpin: 1 | 2,
  model: ModelSusceptibility,
  transposed?: boolean,
) => ApplyPreconditioner;

function bind(space: ResponseSpace, nSpin: 1 | 2, model: ModelSusceptibility): ApplyPreconditioner {
  const { fine, onFine, root } = space;
  const { states, polarisable } = model;
  const { points } = fine;
  const states1 = states === undefined ? undefined : total(states, points);
  const sumOfStates = states1 === undefined ? 0 : sumReal(states1);
  const { solve, boundCharge } = screenedWaves(space, { ...model, ...(states1 && { states: states1 }) });
  const waves = new Float64Array(2 * root.length);
  const chargeWaves = new Float64Array(waves.length);
  const potential = newRealField(points);
  const charge = polarisable === undefined ? undefined : newRealField(points);
  return (out, f) => {
    onFine.forward(waves, total(f, points));
    scale(waves, root);
    waves.set(solve(waves));
    scale(waves, root);
    if (charge !== undefined) {
      boundCharge(chargeWaves, waves);
      addImaginary(waves, chargeWaves);
    }
    onFine.inverse(potential, waves, charge);
    const level = states1 === undefined ? 0 : dotReal(states1, potential) / sumOfStates;
    let gained = 0; // by rounding alone
    for (let spin = 0; spin < nSpin; spin++)
      for (let r = 0, i = spin * points; r < points; r++, i++) {
        const answer =
          (states === undefined ? 0 : states[i]! * (potential[r]! - level)) +
          (charge === undefined ? 0 : charge[r]! / nSpin);
        gained -= answer;
        out[i] = f[i]! - answer;
      }
    const excess = gained / out.length;
    for (let i = 0; i < out.length; i++) out[i]! -= excess;
  };
}

function bindTransposed(space: ResponseSpace, nSpin: 1 | 2, model: ModelSusceptibility): ApplyPreconditioner {
  const { fine, onFine, root } = space;
  const { states, polarisable } = model;
  const { points } = fine;
  const sumOfStates = states === undefined ? 0 : sumReal(states);
  const { solve, boundCharge } = screenedWaves(space, {
    ...model,
    ...(states && { states: total(states, points) }),
  });
  const waves = new Float64Array(2 * root.length);
  const chargeWaves = new Float64Array(waves.length);
  const answered = newRealField(points);
  const screened = newRealField(points);
  return (out, f) => {
    // −χ̃₀ f, the charge of both spins; a constant has none.
    waves.fill(0);
    if (states !== undefined) {
      const level = dotReal(states, f) / sumOfStates;
      answered.fill(0);
      for (let i = 0; i < f.length; i++) answered[i % points]! += states[i]! * (f[i]! - level);
      onFine.forward(waves, answered);
    }
    if (polarisable !== undefined) {
      const felt = new Float64Array(waves.length);
      onFine.forward(felt, total(f, points));
      boundCharge(chargeWaves, felt);
      for (let i = 0; i < waves.length; i++) waves[i]! += chargeWaves[i]! / nSpin;
    }
    scale(waves, root);
    waves.set(solve(waves));
    scale(waves, root);
    onFine.inverse(screened, waves);
    for (let i = 0; i < out.length; i++) out[i] = f[i]! - screened[i % points]!;
  };
}

/** x ← root x, wave by wave. */
function scale(x: Float64Array, root: Float64Array): void {
  for (let j = 0; j < root.length; j++) {
    x[2 * j]! *= root[j]!;
    x[2 * j + 1]! *= root[j]!;
  }
}

/** x ← x + i y */
function addImaginary(x: Float64Array, y: Float64Array): void {
  for (let j = 0; j < x.length; j += 2) {
    x[j]! -= y[j + 1]!;
    x[j + 1]! += y[j]!;
  }
}

/** The sum over spins: f itself where there is one. */
function total<F extends ReadonlyRealField>(f: F, points: number): F | RealField {
  if (f.length === points) return f;
  const out = newRealField(points);
  for (let r = 0; r < points; r++) out[r] = f[r]! + f[points + r]!;
  return out;
}
