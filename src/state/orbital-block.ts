import { type KPoint, requireRoomForBands } from "../basis/kpoint.ts";
import type { InversionCentre } from "../basis/real/inversion-centre.ts";
import { areReal, type RealBasis, realBasis } from "../basis/real/real-basis.ts";
import { invariant, requireInput } from "../common/failure.ts";
import { random } from "../common/random.ts";
import type { Vec3 } from "../common/vec3.ts";
import type { Arithmetic, GridSize, Kernels } from "../kernels/kernels.ts";
import type { Lattice } from "../model/lattice.ts";
import type { Atom, Species } from "../model/model.ts";
import { lobpcg } from "../solvers/lobpcg.ts";
import { type LobpcgWorkspace, lobpcgWorkspace } from "../solvers/lobpcg-workspace.ts";
import type { Operator } from "../terms/block-term.ts";
import { createHamiltonian, type Hamiltonian } from "../terms/hamiltonian.ts";
import { hasRealForm } from "../terms/operators.ts";

/** Data shared by the Hamiltonians of all k-points; plain, so it can be sent to other threads. */
export interface OrbitalSetup {
  readonly lattice: Lattice;
  readonly species: readonly Species[];
  readonly atoms: readonly Atom[];
  readonly size: GridSize;
  readonly ecut: number;
  /** Operators of the terms besides the local potential. Default kinetic and nonlocal. */
  readonly operators?: readonly Operator[] | undefined;
  /** Number of bands at every k. */
  readonly nBands: number;
  /** Seed of the random start vectors. */
  readonly seed: number;
  /** Real coefficients wherever H_k has a real basis. Default complex ones. */
  readonly realOrbitals?: RealOrbitals | undefined;
}

/** Where real coefficients may be used: at k ≡ −k, or at every k about a centre of inversion. */
export interface RealOrbitals {
  /** Centre of inversion of every potential the orbitals will see. */
  readonly centre?: InversionCentre | undefined;
}

/** Accuracy asked of the orbitals of one potential. */
export interface EigenRequest {
  /** Residual norm ‖Hψ − εψ‖ [Ha]. */
  readonly tolerance: number;
  /** Number of lowest bands that must reach the tolerance. */
  readonly nConverge: number;
  readonly maxIterations: number;
}

/** Eigenvalues of one k-point. */
export interface BlockEigenvalues {
  /** [Ha], ascending, shape [nBands]. */
  readonly eigenvalues: Float64Array;
  readonly residualNorms: Float64Array;
  readonly iterations: number;
  /** Number of bands the Hamiltonian was applied to. */
  readonly applications: number;
  readonly converged: boolean;
}

/** Orbitals of one k-point and one spin, in the memory of one kernel instance. */
export interface OrbitalBlock {
  readonly kernels: Kernels;
  readonly setup: OrbitalSetup;
  readonly kpoint: KPoint;
  readonly hamiltonian: Hamiltonian;
  readonly nBands: number;
  /** Panel [planeWaves × nBands], complex or real, orthonormal after the first solve. */
  readonly psi: Float64Array;
  /** Returns a copy of a panel as complex coefficients. */
  toComplex(panel: Float64Array): Float64Array;
  /** out ← a panel of complex coefficients that came from `toComplex`, but for rounding. */
  fromComplex(out: Float64Array, panel: Float64Array): void;
  /** Calls `use` with the Hamiltonian and the orbitals in complex coefficients. */
  inComplex<T>(use: (hamiltonian: Hamiltonian, psi: Float64Array) => T): T;
  diagonalise(request: EigenRequest): BlockEigenvalues;
  /** Returns Σ_n w_n |ψ_n(r)|² [bohr⁻³], shape [N], for each set of weights (f_n w_k electrons). */
  densities(sets: readonly Float64Array[]): Float64Array[];
  /** Returns Σ_n w_n ⟨ψ_n|·|ψ_n⟩ of each operator [Ha]. */
  energies(weights: Float64Array): Float64Array;
  /**
   * Overwrites the lowest orbitals, as many as `psi` holds, by complex ones. A block of real
   * coefficients takes the real vectors nearest to their span.
   */
  restore(psi: Float64Array): void;
  /**
   * Rounds real coefficients to multiples of 2⁻⁴⁹: `toComplex` and back gives them to the last bit,
   * so that a run from a checkpoint has the digits of one in one go. Complex ones stay as they are.
   */
  settle(): void;
}

/** Adding and subtracting 1.5 · 2⁵²⁻⁴⁹ rounds to a multiple of 2⁻⁴⁹; coefficients are at most 1. */
const SETTLING = 12;

/** Memory shared by the blocks of one thread: the potential and the panels of the eigensolver. */
export interface BlockShared {
  readonly potential: Float64Array;
  readonly workspace: LobpcgWorkspace;
  /** Whether one block alone uses it: its orbitals then stay in the panels of the eigensolver. */
  readonly isOfOne: boolean;
}

/** @param directions most directions of the eigensolver; default as many as bands. */
export function blockShared(
  kernels: Kernels,
  setup: OrbitalSetup,
  kpoints: readonly KPoint[],
  directions = setup.nBands,
): BlockShared {
  const { size, nBands } = setup;
  const isReal = kpoints.every((kpoint) => realBasisOf(setup, kpoint) !== undefined);
  return {
    potential: kernels.alloc(size[0] * size[1] * size[2]),
    isOfOne: kpoints.length === 1,
    workspace: lobpcgWorkspace(isReal ? kernels.real : kernels, longestSphere(kpoints), nBands, directions),
  };
}

/** Returns the largest number of plane waves, at least 1. */
export const longestSphere = (kpoints: readonly Pick<KPoint, "planeWaves">[]): number =>
  kpoints.reduce((most, { planeWaves }) => Math.max(most, planeWaves), 1);

/** Where real coefficients may be used; undefined if not asked for or if an operator has none. */
const whereReal = ({ realOrbitals, operators = [] }: OrbitalSetup): RealOrbitals | undefined =>
  operators.every(hasRealForm) ? realOrbitals : undefined;

/** Whether the blocks of all these k-points have real coefficients: what memory is planned by. */
export function areAllReal(setup: OrbitalSetup, kpoints: readonly { readonly k: Vec3 }[]): boolean {
  const where = whereReal(setup);
  return where !== undefined && areReal(kpoints, where.centre);
}

/** Returns the basis of real coefficients at a k-point, if it is asked for and there is one. */
function realBasisOf(setup: OrbitalSetup, kpoint: KPoint): RealBasis | undefined {
  const where = whereReal(setup);
  return where && realBasis(kpoint, where.centre);
}

/**
 * Allocates random orbitals, damped at high kinetic energy. The random numbers depend on the seed
 * and on `index` alone, not on the thread.
 *
 * @throws InputError if there are more bands than plane waves.
 */
export function createOrbitalBlock(
  kernels: Kernels,
  setup: OrbitalSetup,
  kpoint: KPoint,
  index: number,
  { potential, workspace, isOfOne }: BlockShared,
): OrbitalBlock {
  const { nBands, size, seed } = setup;
  const n = kpoint.planeWaves;
  const points = size[0] * size[1] * size[2];
  requireRoomForBands(nBands, [kpoint]);
  const real = realBasisOf(setup, kpoint);
  const hamiltonian = createHamiltonian(kernels, setup, size, kpoint, potential, real);
  const { numbers } = hamiltonian;
  const { width } = numbers;
  const numbersOfAll = width * n * nBands;
  const psi = isOfOne ? workspace.s.subarray(0, numbersOfAll) : numbers.alloc(numbersOfAll);
  const stream = random(seed * 65537 + index * 257 + 1);
  const damping = kpoint.kinetic.map((t) => 1 / (1 + t * t));
  for (let at = 0; at < psi.length; at += width * n)
    for (let i = 0; i < width * n; i++) psi[at + i] = damping[width === 1 ? i : i >> 1]! * stream.normal();

  const toComplex = (panel: Float64Array): Float64Array => {
    if (real === undefined) return panel.slice();
    const out = new Float64Array(2 * panel.length);
    for (let at = 0; at < panel.length; at += n)
      real.expand(out.subarray(2 * at, 2 * (at + n)), panel.subarray(at, at + n));
    return out;
  };
  const fromComplex = (out: Float64Array, panel: Float64Array): void => {
    if (real === undefined) {
      out.set(panel);
      return;
    }
    out.fill(0, 0, panel.length / 2);
    for (let at = 0; at < panel.length / 2; at += n)
      real.addProjected(out.subarray(at, at + n), undefined, panel.subarray(2 * at, 2 * (at + n)));
  };

  const settle = (): void => {
    if (real !== undefined) for (let i = 0; i < psi.length; i++) psi[i] = psi[i]! + SETTLING - SETTLING;
  };
  settle();

  return {
    kernels,
    setup,
    kpoint,
    hamiltonian,
    nBands,
    psi,
    toComplex,
    fromComplex,
    inComplex(use) {
      if (real === undefined) return use(hamiltonian, psi);
      return kernels.scratch((take) => {
        // Everything made here ends with the call; the transforms are those of the block.
        const temporary = {
          ...kernels,
          alloc: (length: number) => take(length).fill(0),
          sphereFft: () => hamiltonian.fft,
        };
        const expanded = take(2 * psi.length);
        expanded.set(toComplex(psi));
        return use(createHamiltonian(temporary, setup, size, kpoint, potential), expanded);
      });
    },
    diagonalise(request) {
      const { values, residualNorms, iterations, applications, converged } = lobpcg(
        numbers,
        hamiltonian,
        psi,
        nBands,
        workspace,
        { ...request, minIterations: 1, mayRound: true },
      );
      settle();
      return { eigenvalues: values, residualNorms, iterations, applications, converged };
    },
    densities(sets) {
      return kernels.scratch((take) => {
        const rho = take(points * sets.length).fill(0);
        const w = take(nBands * sets.length);
        sets.forEach((weights, s) => {
          invariant(
            weights.length === nBands,
            () => `block density: ${weights.length} weights for ${nBands} bands`,
          );
          // Plane waves are normalised on Ω: |ψ(r)|² = |Σ c e^{iGr}|²/Ω.
          for (let j = 0; j < nBands; j++) w[j + nBands * s] = weights[j]! / setup.lattice.volume;
        });
        hamiltonian.bands.accumulateDensity(rho, psi, w, nBands, sets.length);
        return sets.map((_, s) => rho.slice(points * s, points * (s + 1)));
      });
    },
    energies(weights) {
      let occupied = nBands;
      while (occupied > 0 && weights[occupied - 1] === 0) occupied--;
      return kernels.scratch((take) => {
        const each = take(nBands);
        return Float64Array.from(hamiltonian.parts, (part) => {
          hamiltonian.energies(each, part, psi, occupied);
          let total = 0;
          for (let j = 0; j < occupied; j++) total += weights[j]! * each[j]!;
          return total;
        });
      });
    },
    restore(from) {
      const whole = 2 * n * nBands;
      requireInput(
        from.length <= whole && from.length % (2 * n) === 0,
        () =>
          `checkpoint: orbitals of k-point ${index} must have ${whole} numbers, got ${from.length}; the job differs from the one that wrote it`,
      );
      if (real === undefined) psi.set(from);
      else restoreReal(numbers, real, n, psi, from);
      settle();
    },
    settle,
  };
}

/** Share of the norm of orbitals that their imaginary parts may have by rounding. */
const ROUNDING = 1e-24;

/**
 * psi ← real coefficients of the orbitals of a complex panel. Where those of a degenerate level are
 * mixed with complex numbers, the real vectors nearest to their span: with B the real and imaginary
 * parts of all, the eigenvectors of BBᵀ with the largest eigenvalues.
 */
function restoreReal(
  numbers: Arithmetic,
  real: RealBasis,
  n: number,
  psi: Float64Array,
  from: Float64Array,
): void {
  const m = from.length / (2 * n);
  numbers.scratch((take) => {
    const parts = take(2 * n * m).fill(0);
    const norms = take(2 * m);
    for (let j = 0; j < m; j++) {
      const [re, im] = [parts.subarray(n * j, n * (j + 1)), parts.subarray(n * (m + j), n * (m + j + 1))];
      real.addProjected(re, im, from.subarray(2 * n * j, 2 * n * (j + 1)));
    }
    numbers.columnNorms2(norms, n, 2 * m, parts);
    if (norms.subarray(m).every((norm, j) => norm <= ROUNDING * norms[j]!)) {
      psi.set(parts.subarray(0, n * m));
      return;
    }
    const [gram, vectors] = [take(4 * m * m), take(4 * m * m)];
    numbers.hermitianOverlap(2 * m, n, parts, n, parts, n, gram, 2 * m);
    numbers.eigh(2 * m, gram, 2 * m, norms, vectors, 2 * m);
    const largest = vectors.subarray(2 * m * m);
    numbers.gemm("N", "N", n, m, 2 * m, 1, parts, n, largest, 2 * m, 0, psi, n);
  });
}
