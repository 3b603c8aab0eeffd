import { invariant } from "../common/failure.ts";
import { solveShifted } from "../solvers/shifted-systems.ts";
import type { Hamiltonian } from "../terms/hamiltonian.ts";
import type { OrbitalBlock } from "./orbital-block.ts";
import { accumulateProducts } from "./response-block.ts";

/** Orbitals of a smaller sphere in a block of a larger one; plain data. */
export interface BasisCorrectionRequest {
  /** Index in the sphere of the block of every plane wave of the smaller one. */
  readonly small: Int32Array;
  /** ε_n of the orbitals in the smaller basis [Ha], shape [nBands]. */
  readonly eigenvalues: Float64Array;
  /** Electrons in them times the weight of the k-point, f_n w, shape [nBands]. */
  readonly weights: Float64Array;
  /** Steps of conjugate gradients. */
  readonly steps: number;
}

/** What the orbitals of a smaller basis lack of a larger one, to first order. */
export interface BasisCorrection {
  /** x_n, complex panel [planeWaves × nBands], zero on the smaller sphere. */
  readonly corrections: Float64Array;
  /** g_n = H(φ_n + x_n) − ε_n φ_n on the smaller sphere [Ha], complex panel [small × nBands]. */
  readonly coupling: Float64Array;
  /** 2 Σ_n f_n w Re φ_n* x_n [bohr⁻³], shape [N], not symmetrised. */
  readonly density: Float64Array;
  /** ‖(Hφ_n)_fine‖ [Ha], and what of it is left by x_n, shape [nBands]. */
  readonly residualNorms: Float64Array;
  readonly remainders: Float64Array;
  /** ‖x_n‖², shape [nBands]. */
  readonly norms2: Float64Array;
  /** ⟨Hφ_n|x_n⟩ [Ha], shape [nBands]. */
  readonly energies: Float64Array;
}

/**
 * Computes the first-order correction of the block's orbitals φ_n, which vanish outside a smaller
 * sphere, on the waves that this sphere lacks,
 *
 *   x_n ≈ −(Q H Q − ε_n)⁻¹ Q H φ_n,   Q: the waves outside the smaller sphere
 *
 * by a few steps of conjugate gradients. The Hamiltonian must be that of the density of the φ_n. Q
 * keeps x_n orthogonal to all φ_m.
 */
export function basisCorrection(
  block: OrbitalBlock,
  { small, eigenvalues, weights, steps }: BasisCorrectionRequest,
): BasisCorrection {
  const { hamiltonian, setup, psi, nBands, toComplex } = block;
  const { n, numbers: kernels } = hamiltonian;
  const { width } = kernels;
  invariant(
    eigenvalues.length === nBands && weights.length === nBands,
    () => `basis correction: ${eigenvalues.length} levels for ${nBands} bands`,
  );
  return kernels.scratch((take) => {
    const outside = take(n).fill(1);
    for (const g of small) outside[g] = 0;
    const image = take(width * n * nBands);
    hamiltonian.applyInto(image, psi, nBands);
    const residual = take(width * n * nBands);
    kernels.multiplyRows(residual, n, nBands, outside, image);
    const sizes = take(nBands);
    kernels.columnNorms2(sizes, n, nBands, residual);
    const residualNorms = sizes.map(Math.sqrt);

    const [minus, shifts] = [take(nBands).fill(-1), take(nBands)];
    shifts.set(eigenvalues);
    const right = take(width * n * nBands);
    right.set(residual);
    kernels.scaleColumns(n, nBands, minus, right);
    const x = take(width * n * nBands);
    solveShifted(kernels, {
      operator: restrictedTo(outside, hamiltonian),
      states: psi,
      nStates: 0,
      scales: psi,
      shifts,
      nVectors: nBands,
      residual: right,
      out: x,
      targets: new Float64Array(nBands),
      maxIterations: steps,
    });
    kernels.columnNorms2(sizes, n, nBands, right);
    const remainders = sizes.map(Math.sqrt);
    kernels.columnNorms2(sizes, n, nBands, x);
    const norms2 = sizes.slice();
    const dots = take(width * nBands);
    kernels.columnDots(dots, n, nBands, residual, x);
    const energies = Float64Array.from({ length: nBands }, (_, j) => dots[width * j]!);

    const density = take(setup.size[0] * setup.size[1] * setup.size[2]).fill(0);
    const factors = Float64Array.from(weights, (w) => (2 * w) / setup.lattice.volume);
    accumulateProducts(block, density, x, factors, nBands);

    // image ← H (φ + x) − ε φ
    const ofX = take(width * n * nBands);
    hamiltonian.applyInto(ofX, x, nBands);
    const ones = take(nBands).fill(1);
    kernels.addScaledColumns(image, n, nBands, image, ones, ofX);
    for (let j = 0; j < nBands; j++) shifts[j] = -eigenvalues[j]!;
    kernels.addScaledColumns(image, n, nBands, image, shifts, psi);
    return {
      corrections: toComplex(x),
      coupling: rowsOf(toComplex(image), n, small),
      density: density.slice(),
      residualNorms,
      remainders,
      norms2,
      energies,
    };
  });
}

/** Returns Q H Q on vectors in the range of Q, given as a diagonal of zeros and ones. */
const restrictedTo = (q: Float64Array, hamiltonian: Hamiltonian) => ({
  n: hamiltonian.n,
  applyInto(out: Float64Array, x: Float64Array, nVectors: number) {
    hamiltonian.applyInto(out, x, nVectors);
    hamiltonian.numbers.multiplyRows(out, hamiltonian.n, nVectors, q, out);
  },
  preconditionInto: hamiltonian.preconditionInto,
});

/** Returns some rows of a complex panel of `n` rows. */
function rowsOf(panel: Float64Array, n: number, rows: Int32Array): Float64Array {
  const nVectors = panel.length / (2 * n);
  const out = new Float64Array(2 * rows.length * nVectors);
  let at = 0;
  for (let j = 0; j < nVectors; j++)
    for (const g of rows) {
      out[at++] = panel[2 * (g + n * j)]!;
      out[at++] = panel[2 * (g + n * j) + 1]!;
    }
  return out;
}
