import { dotReal, newRealField, type ReadonlyRealField, type RealField, sumReal } from "../kernels/fields.ts";
import { conjugateGradients } from "../solvers/conjugate-gradients.ts";
import { longWaves } from "./long-waves.ts";
import type { ResponseSpace } from "./response-space.ts";

/** A model of how the density answers to a slowly varying potential; what is absent answers nothing. */
export interface ModelSusceptibility {
  /** D_σ(r) ≥ 0, states per energy and volume [Ha⁻¹ bohr⁻³], shape [nSpin·N]. */
  readonly states?: RealField;
  readonly polarisable?: Polarisable;
}

/** C(G) = (εr − 1)|G|² / (4π (1 + (εr − 1)|G|²/kTF²)): bound charges with long-wave permittivity εr. */
export interface Polarisable {
  readonly epsilonR: number;
  /** [bohr⁻¹] */
  readonly kTF: number;
  /** √L(r), where they are, shape [N]; absent where L = 1 everywhere. */
  readonly rootOfPlace?: RealField;
}

/** A model susceptibility on the waves of a `ResponseSpace`; what is complex there has shape [2M]. */
export interface ScreenedWaves {
  /** u with (1 + v^{½}(−χ̃₀)v^{½}) u = rightSide. The array returned is written again by the next call. */
  solve(rightSide: Float64Array): Float64Array;
  /** out ← √L C √L potential. */
  boundCharge(out: Float64Array, potential: Float64Array): void;
}

/**
 * The symmetric system of `susceptibility.ts`, wave by wave: products with D and √L are taken on the coarse grid and cut back to the
 * waves, all else is diagonal. With d = v^{½}D,
 *
 *   (B x)(G) = x(G) + √v Σ_G′ D(G − G′) √v′ x(G′) − d (Σ_G′ d′* x′)/D(0) + √v (√L C √L √v x)(G)
 *
 * Conjugate gradients are preconditioned by B itself on the longest waves (`longWaves`) and by that of the mean values of D and L,
 * diagonal in G, on the others. They end when the residual is 10⁻³ of the right side, far below what the model itself is wrong by;
 * from 10⁻² on, slabs of 16 layers take more SCF steps.
 *
 * @param states D of both spins together on the fine grid, shape [N].
 */
export function screenedWaves(
  space: ResponseSpace,
  { states, polarisable }: ModelSusceptibility,
): ScreenedWaves {
  const { coarse, onCoarse, root, coulomb, factors } = space;
  const waves = root.length;
  const dos = states === undefined ? undefined : onCoarseGrid(space, states);
  const place =
    polarisable?.rootOfPlace === undefined ? undefined : onCoarseGrid(space, polarisable.rootOfPlace);
  const dosWaves = dos === undefined ? undefined : coarse.toFourier(dos);
  const meanDos = dosWaves?.[0] ?? 0;
  const meanPlace = place === undefined ? 1 : dotReal(place, place) / coarse.points;
  const bound = polarisable === undefined ? undefined : coulomb.map((v) => polarisability(polarisable, v));
  const mean = new Float64Array(waves);
  if (bound !== undefined) for (let j = 0; j < waves; j++) mean[j] = meanPlace * coulomb[j]! * bound[j]!;

  const level = new Float64Array(2 * waves);
  if (dosWaves !== undefined)
    for (let j = 0; j < waves; j++) {
      level[2 * j] = root[j]! * dosWaves[2 * onCoarse.index[j]!]!;
      level[2 * j + 1] = root[j]! * dosWaves[2 * onCoarse.index[j]! + 1]!;
    }
  const scaled = new Float64Array(2 * waves);
  const answer = new Float64Array(2 * waves);

  const boundCharge = (out: Float64Array, potential: Float64Array) => {
    if (bound === undefined) {
      out.fill(0);
      return;
    }
    if (place !== undefined) onCoarse.product(out, potential, factors.place);
    else out.set(potential);
    for (let j = 0; j < waves; j++) {
      out[2 * j]! *= bound[j]!;
      out[2 * j + 1]! *= bound[j]!;
    }
    if (place !== undefined) onCoarse.product(out, out, factors.place);
  };
  const apply = (out: Float64Array, x: Float64Array) => {
    for (let j = 0; j < waves; j++) {
      scaled[2 * j] = root[j]! * x[2 * j]!;
      scaled[2 * j + 1] = root[j]! * x[2 * j + 1]!;
    }
    out.set(x);
    if (bound !== undefined) {
      boundCharge(answer, scaled);
      addScaled(out, root, answer);
    }
    if (dos !== undefined) {
      onCoarse.product(answer, scaled, factors.states);
      addScaled(out, root, answer);
      const shift = dotReal(level, x) / meanDos;
      for (let i = 0; i < out.length; i++) out[i]! -= shift * level[i]!;
    }
  };
  const long = dosWaves === undefined ? undefined : longWaves(space, dosWaves, mean);
  const precondition = (out: Float64Array, x: Float64Array) => {
    for (let j = 0; j < waves; j++) {
      const factor = 1 / (1 + coulomb[j]! * meanDos + mean[j]!);
      out[2 * j] = factor * x[2 * j]!;
      out[2 * j + 1] = factor * x[2 * j + 1]!;
    }
    long?.(out, x);
  };
  const out = new Float64Array(2 * waves);
  /** Another model may have been bound to the same space meanwhile. */
  const load = () => {
    if (dos !== undefined) factors.states.set(dos);
    if (place !== undefined) factors.place.set(place);
  };
  return {
    solve(rightSide) {
      load();
      conjugateGradients({
        apply,
        precondition,
        rightSide,
        out,
        relativeTolerance: 1e-3,
        maxIterations: 200,
      });
      return out;
    },
    boundCharge(charge, potential) {
      load();
      boundCharge(charge, potential);
    },
  };
}

/** C at |G|² = 4π/v. */
function polarisability({ epsilonR, kTF }: Polarisable, coulomb: number): number {
  const g2 = (4 * Math.PI) / coulomb;
  return ((epsilonR - 1) * g2) / (4 * Math.PI * (1 + ((epsilonR - 1) * g2) / (kTF * kTF)));
}

/** A nonnegative field on the coarse grid: the waves it has room for, with what they undershoot cut off. */
function onCoarseGrid(space: ResponseSpace, f: RealField): ReadonlyRealField {
  const { fine, coarse, onFine, onCoarse } = space;
  if (fine === coarse) return f;
  const waves = new Float64Array(2 * onFine.index.length);
  onFine.forward(waves, f);
  const out = newRealField(coarse.points);
  onCoarse.inverse(out, waves);
  const mean = sumReal(f) / f.length;
  for (let r = 0; r < out.length; r++) out[r] = Math.max(0, out[r]! + mean);
  return out;
}

/** out ← out + root x, wave by wave. */
function addScaled(out: Float64Array, root: Float64Array, x: Float64Array): void {
  for (let j = 0; j < root.length; j++) {
    out[2 * j]! += root[j]! * x[2 * j]!;
    out[2 * j + 1]! += root[j]! * x[2 * j + 1]!;
  }
}
