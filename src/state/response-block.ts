import { invariant } from "../common/failure.ts";
import type { Arithmetic } from "../kernels/kernels.ts";
import { solveShifted } from "../solvers/shifted-systems.ts";
import { type OccupationLaw, occupationQuotient } from "./occupation-law.ts";
import type { OrbitalBlock } from "./orbital-block.ts";

/** Data for the response of a block; plain, so that it can be sent to other threads. */
export interface ResponseRequest {
  readonly law: OccupationLaw;
  /** Eigenvalues of the orbitals [Ha] and electrons in them, shape [nBands]. */
  readonly eigenvalues: Float64Array;
  readonly occupations: Float64Array;
  /** Number of lowest orbitals that are eigenvectors; others are not used and count as empty. */
  readonly nStates: number;
  /** Weight of the k-point. */
  readonly weight: number;
  /**
   * Tolerance of Sternheimer residuals relative to the root mean square of δV for a full band; for
   * partly filled bands it is larger, in inverse proportion.
   */
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** Coupling of the orbitals beside that by a potential. */
export interface ResponseSource {
  /** Vectors added to δV ψ_n [Ha], complex panel [planeWaves × nStates]. */
  readonly panel: Float64Array;
}

export interface BlockResponse {
  /** δρ(r) [bohr⁻³] at fixed Fermi level, not symmetrised, shape [N]. */
  readonly density: Float64Array;
  /**
   * With a source: the change x_n of each filled orbital outside the given states, complex panel
   * [planeWaves × filled].
   */
  readonly changes?: Float64Array;
  /** Number of bands the Hamiltonian was applied to. */
  readonly applications: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Levels emptier than this times fMax are not perturbed; their share of δρ is of that size. */
const EMPTY = 1e-14;

/**
 * Returns the first-order change of the density of one block for a change δV of its potential, the
 * Fermi level fixed:
 *
 *   δρ = w Σ_nm q_nm ⟨ψ_m|δV|ψ_n⟩ ψ_n* ψ_m,   q_nm = (f_n − f_m)/(ε_n − ε_m),   q_nn = df/dε
 *
 * over all states [Adl62; Wis63]. For n, m among the given states the sum is taken directly. All
 * others are empty and enter through the solution of Q (H − ε_n) Q x_n = −Q δV ψ_n, Q = 1 −
 * Σ|ψ_m⟩⟨ψ_m|, without a sum over them [BGCG01]:
 *
 *   δρ = 2w Σ_n Re ψ_n* φ_n,   φ_n = f_n x_n + Σ_m c_nm q_nm ⟨ψ_m|δV|ψ_n⟩ ψ_m
 *
 * where n runs over the occupied levels, c = ½ for m among them and 1, for both orders of the pair,
 * for m above. The Hamiltonian must be that of the orbitals.
 *
 * With a source g_n is added to δV ψ_n: a change of H that is no local potential. Overlaps of
 * levels that both hold electrons are then the mean with their adjoint, which is what a g_n that
 * depends on ε_n needs (docs/error-estimates.md).
 *
 * @param deltaPotential δV(r) [Ha] for the spin of the block, shape [N].
 */
export function blockResponse(
  block: OrbitalBlock,
  request: ResponseRequest,
  deltaPotential: Float64Array,
  source?: ResponseSource,
): BlockResponse {
  const { setup, hamiltonian, psi } = block;
  const { law, eigenvalues, occupations, nStates, weight, tolerance, maxIterations } = request;
  const points = deltaPotential.length;
  const { n, numbers: kernels } = hamiltonian;
  const { width } = kernels;
  invariant(nStates <= block.nBands, () => `response of ${nStates} states, ${block.nBands} held`);
  let nFilled = nStates;
  while (nFilled > 0 && Math.abs(occupations[nFilled - 1]!) <= EMPTY * law.fMax) nFilled--;
  if (nFilled === 0)
    return {
      density: new Float64Array(points),
      ...(source === undefined ? {} : { changes: new Float64Array(0) }),
      applications: 0,
      iterations: 0,
      converged: true,
    };

  return kernels.scratch((take) => {
    const deltaV = take(points);
    deltaV.set(deltaPotential);
    // right ← δV ψ_n;  overlaps_mn ← ⟨ψ_m|δV|ψ_n⟩;  right ← −Q δV ψ_n
    const right = take(width * n * nFilled).fill(0);
    const overlaps = take(width * nStates * nFilled);
    if (source !== undefined) block.fromComplex(right, source.panel.subarray(0, 2 * n * nFilled));
    const largestSource = source === undefined ? 0 : largestNorm(kernels, n, nFilled, right);
    hamiltonian.bands.applyPotential(right, psi, deltaV, nFilled);
    kernels.gemm("C", "N", nStates, nFilled, n, 1, psi, n, right, n, 0, overlaps, nStates);
    kernels.gemm("N", "N", n, nFilled, nStates, 1, psi, n, overlaps, nStates, -1, right, n);

    const shifts = take(nFilled);
    const fillings = take(nFilled);
    const targets = new Float64Array(nFilled);
    const size = tolerance * (rootMeanSquare(deltaPotential) + largestSource);
    for (let j = 0; j < nFilled; j++) {
      shifts[j] = eigenvalues[j]!;
      fillings[j] = occupations[j]!;
      targets[j] = (size * law.fMax) / Math.abs(occupations[j]!);
    }
    const phi = take(width * n * nFilled);
    const { iterations, applications, converged } = solveShifted(kernels, {
      operator: hamiltonian,
      states: psi,
      nStates,
      scales: psi,
      shifts,
      nVectors: nFilled,
      residual: right,
      out: phi,
      targets,
      maxIterations,
    });

    if (source !== undefined) averageWithAdjoint(overlaps, width, nStates, nFilled);
    const changes = source === undefined ? undefined : block.toComplex(phi.subarray(0, width * n * nFilled));
    for (let j = 0; j < nFilled; j++)
      for (let m = 0; m < nStates; m++) {
        const quotient = occupationQuotient(law, eigenvalues[j]!, occupations[j]!, eigenvalues[m]!, occupations[m]!); // biome-ignore format: one call
        const factor = (m < nFilled ? 0.5 : 1) * quotient;
        for (let c = 0; c < width; c++) overlaps[width * (m + nStates * j) + c]! *= factor;
      }
    kernels.scaleColumns(n, nFilled, fillings, phi);
    kernels.gemm("N", "N", n, nFilled, nStates, 1, psi, n, overlaps, nStates, 1, phi, n);
    const density = take(points).fill(0);
    const factor = (2 * weight) / setup.lattice.volume;
    accumulateProducts(block, density, phi, new Float64Array(nFilled).fill(factor), nFilled);
    return {
      density: density.slice(),
      ...(changes === undefined ? {} : { changes }),
      applications,
      iterations,
      converged,
    };
  });
}

/** W ← (W + Wᴴ)/2 in the block of the first `count` rows and columns, leading dimension ld. */
function averageWithAdjoint(w: Float64Array, width: number, ld: number, count: number): void {
  for (let j = 0; j < count; j++)
    for (let m = 0; m <= j; m++) {
      const [a, b] = [width * (m + ld * j), width * (j + ld * m)];
      w[a] = w[b] = 0.5 * (w[a]! + w[b]!);
      if (width === 1) continue;
      w[a + 1] = 0.5 * (w[a + 1]! - w[b + 1]!);
      w[b + 1] = -w[a + 1]!;
    }
}

/** Returns the largest norm of the columns of a panel. */
function largestNorm(kernels: Arithmetic, n: number, nVectors: number, x: Float64Array): number {
  return kernels.scratch((take) => {
    const norms = take(nVectors);
    kernels.columnNorms2(norms, n, nVectors, x);
    return Math.sqrt(norms.reduce((most, norm) => Math.max(most, norm), 0));
  });
}

/**
 * density ← density + Σ_n factor_n Re u_n* v_n for the orbitals u and the panel v, as ¼ (|u + v|² −
 * |u − v|²) with v scaled to the norm of u, so that the difference loses no digits.
 */
export function accumulateProducts(
  { hamiltonian: { n, bands, numbers: kernels }, psi }: OrbitalBlock,
  density: Float64Array,
  v: Float64Array,
  factors: Float64Array,
  nBands: number,
): void {
  kernels.scratch((take) => {
    const sizes = take(nBands);
    const scales = take(nBands);
    const weights = take(nBands);
    const sum = take(kernels.width * n * nBands);
    kernels.columnNorms2(sizes, n, nBands, v);
    for (const sign of [1, -1]) {
      for (let j = 0; j < nBands; j++) {
        const size = Math.sqrt(sizes[j]!);
        scales[j] = size > 0 ? sign / size : 0;
        weights[j] = (sign * factors[j]! * size) / 4;
      }
      kernels.addScaledColumns(sum, n, nBands, psi, scales, v);
      bands.accumulateDensity(density, sum, weights, nBands);
    }
  });
}

function rootMeanSquare(f: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < f.length; r++) sum += f[r]! * f[r]!;
  return Math.sqrt(sum / f.length);
}
