import { newFourierField, type RealField, sumReal } from "../kernels/fields.ts";
import { conjugateGradients } from "../solvers/conjugate-gradients.ts";
import { longWaves } from "./long-waves.ts";
import type { ResponseSpace } from "./response-space.ts";

/** Model of the density response to slowly varying potentials; absent parts do not respond. */
export interface ModelSusceptibility {
  /** D_σ(r) ≥ 0, states per energy and volume [Ha⁻¹ bohr⁻³], shape [nSpin·N]. */
  readonly states?: RealField;
  readonly polarisable?: Polarisable;
}

/** Bound charges of permittivity εr: C(G) = (εr − 1)|G|² / (4π (1 + (εr − 1)|G|²/kTF²)). */
export interface Polarisable {
  readonly epsilonR: number;
  /** [bohr⁻¹] */
  readonly kTF: number;
  /** √L(r), shape [N]; absent where L = 1 everywhere. */
  readonly rootL?: RealField;
}

/** Model susceptibility on the waves of a `ResponseSpace`; vectors [2M] in kernel memory. */
export interface ScreenedWaves {
  /**
   * Sets the model used by the calls below. No work if it is already set.
   *
   * @param model its states are summed over spins, shape [N].
   */
  load(model: ModelSusceptibility): void;
  /** Solves (1 + v^{½}(−χ̃₀)v^{½}) out = rightSide. */
  solve(out: Float64Array, rightSide: Float64Array): void;
  /** Returns ∫D V/∫D [Ha], the shift of the Fermi level caused by a potential. */
  level(potential: Float64Array): number;
  /** Computes out ← √L C √L potential. */
  boundCharge(out: Float64Array, potential: Float64Array): void;
}

/**
 * Makes the symmetric system of `susceptibility.ts`. Products with D and √L are taken on the coarse
 * grid and cut back to the waves; all else is diagonal. With d = v^{½}D,
 *
 *   (B x)(G) = x(G) + √v Σ_G′ D(G − G′) √v′ x(G′) − d (Σ_G′ d′* x′)/D(0) + √v (√L C √L √v x)(G)
 *
 * Conjugate gradients are preconditioned by B itself on the longest waves (`longWaves`), and on the
 * others by B at the mean values of D and L, which is diagonal in G. They end at a residual of 10⁻³
 * of the right side, far below the error of the model; from 10⁻² on, slabs of 16 layers take more
 * SCF steps. Buffers are allocated once: a solve is so short that allocation would dominate it.
 */
export function screenedWaves(space: ResponseSpace): ScreenedWaves {
  const { coarse, onCoarse, root, coulomb } = space;
  const { kernels, points } = coarse;
  const waves = root.length;
  const vector = () => kernels.alloc(2 * waves);
  const long = longWaves(space);
  const [states, rootOnCoarse] = [kernels.alloc(points), kernels.alloc(points)] as [RealField, RealField];
  /** D(G) of the coarse grid. */
  const statesAtG = newFourierField(points);
  /** d; waves of D on the fine grid, whose mean is `meanOfStates`. */
  const [d, fineStates] = [vector(), vector()];
  let meanOfStates = 0;
  const [scaled, answer, charge] = [vector(), vector(), vector()];
  /** C, v L̄ C, and the inverse of B's diagonal at the mean values; shape [M]. */
  const [polarisabilities, mean, diagonal] = [
    kernels.alloc(waves),
    kernels.alloc(waves),
    kernels.alloc(waves),
  ];
  const [product, factor] = [kernels.alloc(2), kernels.alloc(1)];
  let loaded: ModelSusceptibility | undefined;

  const addScaled = (out: Float64Array, s: number, x: Float64Array) => {
    factor[0] = s;
    kernels.addScaledColumns(out, waves, 1, out, factor, x);
  };
  const boundCharge = (out: Float64Array, potential: Float64Array) => {
    const { rootL } = loaded!.polarisable!;
    if (rootL === undefined) return kernels.multiplyRows(out, waves, 1, polarisabilities, potential);
    charge.fill(0);
    onCoarse.addProduct(charge, potential, rootOnCoarse);
    kernels.multiplyRows(charge, waves, 1, polarisabilities, charge);
    out.fill(0);
    onCoarse.addProduct(out, charge, rootOnCoarse);
  };
  const apply = (out: Float64Array, x: Float64Array) => {
    kernels.multiplyRows(scaled, waves, 1, root, x);
    if (loaded?.polarisable === undefined) answer.fill(0);
    else boundCharge(answer, scaled);
    if (loaded?.states !== undefined) onCoarse.addProduct(answer, scaled, states);
    kernels.multiplyRows(out, waves, 1, root, answer);
    addScaled(out, 1, x);
    if (loaded?.states === undefined) return;
    kernels.columnDots(product, waves, 1, d, x);
    addScaled(out, -product[0]! / statesAtG[0]!, d);
  };
  const precondition = (out: Float64Array, x: Float64Array) => {
    kernels.multiplyRows(out, waves, 1, diagonal, x);
    long.solve(out, x);
  };
  return {
    load(model) {
      if (model === loaded) return;
      loaded = model;
      const { polarisable } = model;
      if (model.states === undefined) statesAtG[0] = 0;
      else {
        meanOfStates = toCoarseGrid(states, fineStates, space, model.states);
        coarse.forward(statesAtG, states);
        onCoarse.forward(d, states);
        kernels.multiplyRows(d, waves, 1, root, d);
      }
      mean.fill(0);
      if (polarisable !== undefined) {
        const { rootL } = polarisable;
        if (rootL !== undefined) toCoarseGrid(rootOnCoarse, scaled, space, rootL);
        const meanL = rootL === undefined ? 1 : rootOnCoarse.reduce((sum, x) => sum + x * x, 0) / points;
        for (let j = 0; j < waves; j++) {
          polarisabilities[j] = polarisability(polarisable, coulomb[j]!);
          mean[j] = meanL * coulomb[j]! * polarisabilities[j]!;
        }
      }
      for (let j = 0; j < waves; j++) diagonal[j] = 1 / (1 + coulomb[j]! * statesAtG[0]! + mean[j]!);
      long.load(model.states === undefined ? undefined : statesAtG, mean);
    },
    solve(out, rightSide) {
      conjugateGradients(kernels, {
        apply,
        precondition,
        rightSide,
        out,
        relativeTolerance: 1e-3,
        maxIterations: 200,
      });
    },
    level(potential) {
      kernels.columnDots(product, waves, 1, fineStates, potential);
      return product[0]! / meanOfStates;
    },
    boundCharge,
  };
}

/** Returns C at |G|² = 4π/v. */
function polarisability({ epsilonR, kTF }: Polarisable, coulomb: number): number {
  const g2 = (4 * Math.PI) / coulomb;
  return ((epsilonR - 1) * g2) / (4 * Math.PI * (1 + ((epsilonR - 1) * g2) / (kTF * kTF)));
}

/**
 * Interpolates a nonnegative field to the coarse grid, with negative values set to zero.
 *
 * @param c receives the waves of the field on the fine grid.
 * @returns the mean of the field on the fine grid.
 */
function toCoarseGrid(
  out: RealField,
  c: Float64Array,
  { fine, coarse, onFine, onCoarse }: ResponseSpace,
  f: RealField,
): number {
  onFine.forward(c, f);
  const mean = sumReal(f) / f.length;
  if (fine === coarse) out.set(f);
  else {
    onCoarse.inverse(out, c);
    addAndClip(out, mean);
  }
  return mean;
}

function addAndClip(out: RealField, mean: number): void {
  for (let r = 0; r < out.length; r++) out[r] = Math.max(0, out[r]! + mean);
}
