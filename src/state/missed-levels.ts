import { invariant } from "../common/failure.ts";
import { random } from "../common/random.ts";
import { lobpcg } from "../solvers/lobpcg.ts";
import { lobpcgWorkspace } from "../solvers/lobpcg-workspace.ts";
import type { Hamiltonian } from "../terms/hamiltonian.ts";
import type { OrbitalBlock } from "./orbital-block.ts";

/** A level below which all levels of a block are said to be known. */
export interface MissedRequest {
  /** Levels of the lowest orbitals of the block [Ha]: those that are known. */
  readonly known: Float64Array;
  /** σ [Ha] */
  readonly below: number;
  /**
   * V(G) of the local potential [Ha], complex, shape [2·N]: H is then made as a matrix. Absent: the
   * block searches from random vectors.
   */
  readonly fourier?: Float64Array | undefined;
  /** Of the random vectors. */
  readonly seed: number;
}

/** Levels below σ that are not among the known ones. */
export interface MissedLevels {
  readonly count: number;
  /** Whether a search reached its tolerance; a matrix always has. */
  readonly isSettled: boolean;
}

/** Vectors of a search, and when it ends. */
const VECTORS = 4;
const SEARCH = { tolerance: 1e-3, nConverge: 1, maxIterations: 40 };
/** Columns of the matrix that operators are applied to at once. */
const BATCH = 64;

/**
 * Counts the levels below σ that are not among the known orbitals Ψ of a block.
 *
 * With C = σ − min ε + 1 Ha the operator H + C ΨΨᴴ has the known levels above σ and the others
 * where they are: on the complement of Ψ it is H, and the smallest eigenvalue there is at most the
 * first level that is not known (Courant-Fischer). So its eigenvalues below σ are the missed ones.
 *
 * As a matrix, H + C ΨΨᴴ − σ has a Cholesky factor where none is missed: the count of negative
 * pivots is zero (Sylvester). Where it is too large for a matrix, LOBPCG from random vectors looks
 * for the smallest eigenvalue: what it finds below σ is a missed level, finding none is no proof.
 */
export const missedLevels = (block: OrbitalBlock, request: MissedRequest): MissedLevels =>
  request.known.length >= block.hamiltonian.n
    ? { count: 0, isSettled: true }
    : request.fourier === undefined
      ? search(block, request)
      : inertia(block, request, request.fourier);

const lift = ({ known, below }: MissedRequest): number =>
  below - known.reduce((least, level) => Math.min(least, level), below) + 1;

function inertia(block: OrbitalBlock, request: MissedRequest, fourier: Float64Array): MissedLevels {
  const { kernels, setup } = block;
  const m = request.known.length;
  return block.inComplex((hamiltonian, psi) =>
    kernels.scratch((take) => {
      const { n } = hamiltonian;
      const matrix = take(2 * n * n);
      const fill = () => {
        writeMatrix(matrix, hamiltonian, setup.size, fourier, take);
        for (let j = 0; j < n; j++) matrix[2 * (j + n * j)]! -= request.below;
        if (m > 0) kernels.gemm("N", "C", n, n, m, lift(request), psi, n, psi, n, 1, matrix, n);
      };
      fill();
      if (kernels.cholesky(n, matrix, n)) return { count: 0, isSettled: true };
      fill();
      const [vectors, values] = [take(2 * n * n), take(n)];
      kernels.eigh(n, matrix, n, values, vectors, n);
      return { count: values.filter((value) => value < 0).length, isSettled: true };
    }),
  );
}

/** matrix ← H in plane waves: V(G − G′), the diagonals, and what else the terms add. */
function writeMatrix(
  matrix: Float64Array,
  { n, kpoint, parts, diagonal }: Hamiltonian,
  [nx, ny, nz]: readonly [number, number, number],
  fourier: Float64Array,
  take: (length: number) => Float64Array,
): void {
  invariant(fourier.length === 2 * nx * ny * nz, () => `missed levels: V(G) of ${fourier.length} numbers`);
  const { gridIndex } = kpoint;
  const [x, y, z] = [new Int32Array(n), new Int32Array(n), new Int32Array(n)];
  for (let g = 0; g < n; g++) {
    const at = gridIndex[g]!;
    x[g] = at % nx;
    y[g] = Math.floor(at / nx) % ny;
    z[g] = Math.floor(at / (nx * ny));
  }
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      const dx = x[i]! - x[j]!;
      const dy = y[i]! - y[j]!;
      const dz = z[i]! - z[j]!;
      const g = (dx < 0 ? dx + nx : dx) + nx * ((dy < 0 ? dy + ny : dy) + ny * (dz < 0 ? dz + nz : dz));
      matrix[2 * (i + n * j)] = fourier[2 * g]!;
      matrix[2 * (i + n * j) + 1] = fourier[2 * g + 1]!;
    }
    matrix[2 * (j + n * j)]! += diagonal[j]!;
  }
  const others = parts.filter((part) => part.addInto !== undefined);
  if (others.length === 0) return;
  const unit = take(2 * n * Math.min(BATCH, n));
  for (let first = 0; first < n; first += BATCH) {
    const columns = Math.min(BATCH, n - first);
    unit.fill(0);
    for (let j = 0; j < columns; j++) unit[2 * (first + j + n * j)] = 1;
    const out = matrix.subarray(2 * n * first, 2 * n * (first + columns));
    for (const part of others) part.addInto!(out, unit, columns);
  }
}

function search(block: OrbitalBlock, request: MissedRequest): MissedLevels {
  const { hamiltonian, psi } = block;
  const { n, numbers, kpoint } = hamiltonian;
  const { width } = numbers;
  const m = request.known.length;
  const wanted = Math.min(VECTORS, n - m);
  const raise = lift(request);
  return numbers.scratch((take) => {
    const lifted = {
      n,
      applyInto(out: Float64Array, x: Float64Array, nVectors: number) {
        hamiltonian.applyInto(out, x, nVectors);
        if (m === 0) return;
        numbers.scratch((takeOverlaps) => {
          const overlaps = takeOverlaps(width * m * nVectors);
          numbers.gemm("C", "N", m, nVectors, n, 1, psi, n, x, n, 0, overlaps, m);
          numbers.gemm("N", "N", n, nVectors, m, raise, psi, n, overlaps, m, 1, out, n);
        });
      },
      preconditionInto: hamiltonian.preconditionInto,
    };
    const x = take(width * n * wanted);
    const { normal } = random(request.seed);
    for (let j = 0; j < wanted; j++)
      for (let g = 0; g < n; g++)
        for (let c = 0; c < width; c++) x[width * (g + n * j) + c] = normal() / (1 + kpoint.kinetic[g]! ** 2);
    const work = lobpcgWorkspace({ alloc: (length) => take(length).fill(0), width }, n, wanted);
    const { values, converged } = lobpcg(numbers, lifted, x, wanted, work, SEARCH);
    return { count: values.filter((value) => value < request.below).length, isSettled: converged };
  });
}
