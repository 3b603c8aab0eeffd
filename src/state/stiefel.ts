import { orthonormalizeAgainst } from "../solvers/orthonormalize.ts";
import type { OrbitalBlock } from "./orbital-block.ts";

/** Energy gradient of one block whose orbitals all have the same occupation. */
export interface BlockGradient {
  /** Hψ − ψΛ, Λ = ψᴴHψ [Ha], panel [planeWaves × nBands], orthogonal to all orbitals. */
  readonly gradient: Float64Array;
  /** Eigenvalues of Λ [Ha], ascending. */
  readonly eigenvalues: Float64Array;
  /** Norms of the columns of the gradient [Ha]. */
  readonly residualNorms: Float64Array;
  /** Number of bands the Hamiltonian was applied to. */
  readonly applications: number;
}

/**
 * Returns the gradient on the Stiefel manifold ψᴴψ = 1 of an energy that is invariant under
 * rotations of the orbitals among each other, Hψ − ψΛ (half, per electron). The Hamiltonian must
 * hold the potential of the density of ψ.
 */
export function blockGradient({ hamiltonian, nBands, psi, toComplex }: OrbitalBlock): BlockGradient {
  const { n, numbers: kernels } = hamiltonian;
  return kernels.scratch((take) => {
    const { image, lambda, vectors, numbers } = projected({ hamiltonian, nBands, psi }, take);
    kernels.gemm("N", "N", n, nBands, nBands, -1, psi, n, lambda, nBands, 1, image, n);
    kernels.columnNorms2(numbers, n, nBands, image);
    const residualNorms = numbers.map(Math.sqrt);
    kernels.eigh(nBands, lambda, nBands, numbers, vectors, nBands);
    return { gradient: toComplex(image), eigenvalues: numbers.slice(), residualNorms, applications: nBands };
  });
}

/**
 * Projects a panel on the tangent space at ψ, X − ψ ψᴴX, shape [planeWaves × nBands].
 *
 * @param preconditioned apply the Teter-Payne-Allan preconditioner [TPA89] between two projections,
 *   which keeps it self-adjoint.
 */
export function tangentPart(
  { hamiltonian, nBands, psi, toComplex, fromComplex }: OrbitalBlock,
  panel: Float64Array,
  preconditioned: boolean,
): Float64Array {
  const { n, numbers: kernels } = hamiltonian;
  const { width } = kernels;
  return kernels.scratch((take) => {
    const x = take(width * n * nBands);
    const overlaps = take(width * nBands * nBands);
    fromComplex(x, panel);
    const project = () => {
      kernels.gemm("C", "N", nBands, nBands, n, 1, psi, n, x, n, 0, overlaps, nBands);
      kernels.gemm("N", "N", n, nBands, nBands, -1, psi, n, overlaps, nBands, 1, x, n);
    };
    project();
    if (preconditioned) {
      hamiltonian.preconditionInto(x, psi, nBands);
      project();
    }
    return toComplex(x);
  });
}

/** ψ ← orthonormal basis of the span of `panel`, close to it if it is nearly orthonormal. */
export function retract(
  { hamiltonian, nBands, psi, fromComplex, settle }: OrbitalBlock,
  panel: Float64Array,
): void {
  const { n, numbers: kernels } = hamiltonian;
  const { width } = kernels;
  fromComplex(psi, panel);
  kernels.scratch((take) => {
    const gram = take(width * nBands * nBands);
    const norms = take(nBands);
    const none = take(0);
    const work = { coefficients: none, gram, norms };
    orthonormalizeAgainst(kernels, n, { q: none, count: 0, factor: none }, psi, nBands, work, 1);
  });
  settle();
}

/**
 * ψ ← the Ritz vectors of H in the span of ψ, which must be orthonormal.
 *
 * @returns the Ritz values [Ha], ascending.
 */
export function ritzLevels({ hamiltonian, nBands, psi, settle }: OrbitalBlock): Float64Array {
  const { n, numbers: kernels } = hamiltonian;
  return kernels.scratch((take) => {
    const { image, lambda, vectors, numbers } = projected({ hamiltonian, nBands, psi }, take);
    kernels.eigh(nBands, lambda, nBands, numbers, vectors, nBands);
    kernels.gemm("N", "N", n, nBands, nBands, 1, psi, n, vectors, nBands, 0, image, n);
    psi.set(image);
    settle();
    return numbers.slice();
  });
}

/** Hψ and Λ = ψᴴHψ among temporaries, and room for eigenvectors and eigenvalues of Λ. */
function projected(
  { hamiltonian, nBands, psi }: Pick<OrbitalBlock, "hamiltonian" | "nBands" | "psi">,
  take: (length: number) => Float64Array,
) {
  const { n, numbers: kernels } = hamiltonian;
  const { width } = kernels;
  const [image, lambda] = [take(width * n * nBands), take(width * nBands * nBands)];
  hamiltonian.applyInto(image, psi, nBands);
  kernels.hermitianOverlap(nBands, n, psi, n, image, n, lambda, nBands);
  return { image, lambda, vectors: take(width * nBands * nBands), numbers: take(nBands) };
}
