import type { Grid } from "../basis/grid.ts";
import { dotReal, newRealField, type RealField, sumOverSpins, sumReal } from "../kernels/fields.ts";
import type { ApplyPreconditioner } from "./preconditioner.ts";
import { keptSpace, type ResponseSpace } from "./response-space.ts";
import { type ModelSusceptibility, type ScreenedWaves, screenedWaves } from "./screened-waves.ts";

/**
 * Makes the solver of (1 − χ̃₀ v) δρ = f, v = 4π/|G|², for the total density, with
 *
 *   χ̃₀ = −D(r) δ(r − r′) + D(r) D(r′)/∫D − √L C √L
 *
 * The second term is the shift of the Fermi level, which keeps ∫δρ = 0. With u = v^{½} δρ on G ≠ 0
 * the operator is symmetric and at least one,
 *
 *   (1 + v^{½}(−χ̃₀)v^{½}) u = v^{½} f,     δρ = f + χ̃₀ v^{½} u,
 *
 * so conjugate gradients apply (`screened-waves.ts`). u and the response of bound charges live on
 * the waves of `ResponseSpace`; the product with D that gives δρ is taken on the full grid. The
 * mean of f is unchanged. Both spins feel one potential and respond each with its own D; bound
 * charges belong to both alike. The transposed system for potentials, (1 − v χ̃₀) δV = f, has the
 * same operator:
 *
 *   (1 + v^{½}(−χ̃₀)v^{½}) u = v^{½} χ̃₀ f,     δV = f + v^{½} u
 *
 * Tables of the last grid are cached. Preconditioners returned earlier stay valid.
 *
 * @param spaceOn gives the waves of a grid; pass one to share them. Default its own.
 */
export function screening(spaceOn = keptSpace()): Screening {
  let tools: Tools | undefined;
  return (grid, nSpin, model, transposed = false) => {
    if (tools?.space.fine !== grid) tools = toolsOn(spaceOn(grid));
    return (transposed ? bindTransposed : bind)(tools, nSpin, model);
  };
}

/** @param transposed true for potentials. Default false, for densities. */
export type Screening = (
  grid: Grid,
  nSpin: 1 | 2,
  model: ModelSusceptibility,
  transposed?: boolean,
) => ApplyPreconditioner;

/** Tables and work memory shared by all models on a grid. */
interface Tools {
  readonly space: ResponseSpace;
  readonly screened: ScreenedWaves;
  /** Work memory: two vectors on the waves, two fields. */
  readonly u: Float64Array;
  readonly w: Float64Array;
  readonly potential: RealField;
  readonly charge: RealField;
}

function toolsOn(space: ResponseSpace): Tools {
  const { kernels, points } = space.fine;
  const vector = () => kernels.alloc(2 * space.root.length);
  const field = () => newRealField(points);
  return {
    space,
    screened: screenedWaves(space),
    u: vector(),
    w: vector(),
    potential: field(),
    charge: field(),
  };
}

function bind(
  { space, screened, u, w, potential, charge }: Tools,
  nSpin: 1 | 2,
  model: ModelSusceptibility,
): ApplyPreconditioner {
  const { fine, onFine, root } = space;
  const { points, kernels } = fine;
  const { states, polarisable } = model;
  const ofBoth = unpolarised(model, points);
  screened.load(ofBoth);
  return (out, f) => {
    screened.load(ofBoth);
    onFine.forward(w, sumOverSpins(f, points));
    kernels.multiplyRows(w, root.length, 1, root, w);
    screened.solve(u, w);
    kernels.multiplyRows(u, root.length, 1, root, u);
    const level = states === undefined ? 0 : screened.level(u);
    if (polarisable === undefined) onFine.inverse(potential, u);
    else {
      screened.boundCharge(w, u);
      onFine.inversePair(potential, u, charge, w);
    }
    out.set(f as RealField); // for reading
    for (let offset = 0; offset < out.length; offset += points) {
      const own = out.subarray(offset, offset + points);
      if (states !== undefined)
        subtractAnswer(own, states.subarray(offset, offset + points), potential, level);
      if (polarisable !== undefined) subtractShare(own, charge, nSpin);
    }
  };
}

function bindTransposed(
  { space, screened, u, w, potential }: Tools,
  nSpin: 1 | 2,
  model: ModelSusceptibility,
): ApplyPreconditioner {
  const { fine, onFine, root } = space;
  const { points, kernels } = fine;
  const { states, polarisable } = model;
  const ofBoth = unpolarised(model, points);
  const sumOfStates = states === undefined ? 0 : sumReal(states);
  screened.load(ofBoth);
  return (out, f) => {
    screened.load(ofBoth);
    // −χ̃₀ f, summed over spins; a constant f has none.
    w.fill(0);
    if (polarisable !== undefined) {
      onFine.forward(u, sumOverSpins(f, points));
      screened.boundCharge(w, u);
      for (let i = 0; i < w.length; i++) w[i]! /= nSpin;
    }
    if (states !== undefined) {
      const level = dotReal(states, f) / sumOfStates;
      potential.fill(0);
      for (let i = 0; i < f.length; i++) potential[i % points]! += states[i]! * (f[i]! - level);
      onFine.forward(u, potential);
      for (let i = 0; i < w.length; i++) w[i]! += u[i]!;
    }
    kernels.multiplyRows(w, root.length, 1, root, w);
    screened.solve(u, w);
    kernels.multiplyRows(u, root.length, 1, root, u);
    onFine.inverse(potential, u);
    for (let i = 0; i < out.length; i++) out[i] = f[i]! - potential[i % points]!;
  };
}

/** Returns the model with its states summed over spins. */
function unpolarised(model: ModelSusceptibility, points: number): ModelSusceptibility {
  return { ...model, ...(model.states && { states: sumOverSpins(model.states, points) }) };
}

/** Subtracts the response of one spin: out ← out − D (V − level). */
function subtractAnswer(out: Float64Array, states: Float64Array, potential: RealField, level: number): void {
  for (let r = 0; r < out.length; r++) out[r]! -= states[r]! * (potential[r]! - level);
}

/** Subtracts the share of one spin: out ← out − charge/nSpin. */
function subtractShare(out: Float64Array, charge: RealField, nSpin: 1 | 2): void {
  for (let r = 0; r < out.length; r++) out[r]! -= charge[r]! / nSpin;
}
