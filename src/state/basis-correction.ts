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

/** Panels in scratch memory: what the waves outside the smaller sphere add to orbitals. */
interface Outside {
  /** 1 on these waves, else 0, shape [n]. */
  readonly outside: Float64Array;
  /** Hφ_n, its part outside, x_n, and what of that part x_n leaves; panels [n × nBands]. */
  readonly image: Float64Array;
  readonly residual: Float64Array;
  readonly x: Float64Array;
  readonly rest: Float64Array;
  /** ⟨Hφ_n|x_n⟩ [Ha], shape [nBands]. */
  readonly energies: Float64Array;
}

/** Solves for the x_n of `basisCorrection`. */
function solveOutside(
  { hamiltonian, psi, nBands }: OrbitalBlock,
  { small, eigenvalues, steps }: Pick<BasisCorrectionRequest, "small" | "eigenvalues" | "steps">,
  take: (length: number) => Float64Array,
): Outside {
  const { n, numbers: kernels } = hamiltonian;
  const { width } = kernels;
  const outside = take(n).fill(1);
  for (const g of small) outside[g] = 0;
  const image = take(width * n * nBands);
  hamiltonian.applyInto(image, psi, nBands);
  const residual = take(width * n * nBands);
  kernels.multiplyRows(residual, n, nBands, outside, image);
  const [minus, shifts] = [take(nBands).fill(-1), take(nBands)];
  shifts.set(eigenvalues);
  const rest = take(width * n * nBands);
  rest.set(residual);
  kernels.scaleColumns(n, nBands, minus, rest);
  const x = take(width * n * nBands);
  solveShifted(kernels, {
    operator: restrictedTo(outside, hamiltonian),
    states: psi,
    nStates: 0,
    scales: psi,
    shifts,
    nVectors: nBands,
    residual: rest,
    out: x,
    targets: new Float64Array(nBands),
    maxIterations: steps,
  });
  const dots = take(width * nBands);
  kernels.columnDots(dots, n, nBands, residual, x);
  const energies = Float64Array.from({ length: nBands }, (_, j) => dots[width * j]!);
  return { outside, image, residual, x, rest, energies };
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
export function basisCorrection(block: OrbitalBlock, request: BasisCorrectionRequest): BasisCorrection {
  const { small, eigenvalues, weights } = request;
  const { hamiltonian, setup, psi, nBands, toComplex } = block;
  const { n, numbers: kernels } = hamiltonian;
  const { width } = kernels;
  invariant(
    eigenvalues.length === nBands && weights.length === nBands,
    () => `basis correction: ${eigenvalues.length} levels for ${nBands} bands`,
  );
  return kernels.scratch((take) => {
    const { image, residual, x, rest, energies } = solveOutside(block, request, take);
    const [sizes, shifts] = [take(nBands), take(nBands)];
    const norms2 = (panel: Float64Array) => {
      kernels.columnNorms2(sizes, n, nBands, panel);
      return sizes.slice();
    };
    const residualNorms = norms2(residual).map(Math.sqrt);
    const remainders = norms2(rest).map(Math.sqrt);

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
      norms2: norms2(x),
      energies,
    };
  });
}

/** Orbitals of a smaller sphere, and shells of the kinetic energy outside it; plain data. */
export interface BasisTailRequest extends BasisCorrectionRequest {
  /** Lower ends of the shells [Ha], ascending. */
  readonly shells: readonly number[];
}

/** Energy of what the orbitals of a smaller basis lack. */
export interface BasisTail {
  /** Σ_n f_n w ⟨Hφ_n|x_n⟩ [Ha], not positive. */
  readonly energy: number;
  /** Σ_n f_n w Σ_G ½|k+G|² |x_n(G)|² [Ha] of each shell. */
  readonly shells: Float64Array;
  /** Largest ‖x_n‖² of a band that holds electrons. */
  readonly largest: number;
}

/** Computes what the x_n of `basisCorrection` add to the energy, and where in the sphere. */
export function basisTail(block: OrbitalBlock, request: BasisTailRequest): BasisTail {
  const { weights, shells } = request;
  const { hamiltonian, kpoint, nBands } = block;
  const { n, numbers } = hamiltonian;
  const { width } = numbers;
  const most = Math.max(...weights);
  return numbers.scratch((take) => {
    const { x, energies } = solveOutside(block, request, take);
    const found = new Float64Array(shells.length);
    let largest = 0;
    const shellOf = Int32Array.from(kpoint.kinetic, (t) => shells.findLastIndex((edge) => t > edge));
    for (let j = 0; j < nBands; j++) {
      let norm2 = 0;
      for (let g = 0; g < n; g++) {
        if (shellOf[g]! < 0) continue;
        let size = 0;
        for (let c = 0; c < width; c++) size += x[width * (g + n * j) + c]! ** 2;
        norm2 += size;
        found[shellOf[g]!]! += weights[j]! * kpoint.kinetic[g]! * size;
      }
      if (weights[j]! > HOLDS_ELECTRONS * most) largest = Math.max(largest, norm2);
    }
    return { energy: energies.reduce((sum, e, j) => sum + weights[j]! * e, 0), shells: found, largest };
  });
}

/** Electrons in a band, relative to a full one, from which on it counts. */
const HOLDS_ELECTRONS = 1e-3;

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
