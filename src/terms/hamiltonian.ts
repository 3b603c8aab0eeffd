import type { KPoint } from "../basis/kpoint.ts";
import { type BandTransforms, packedBands } from "../basis/real/packed-bands.ts";
import type { RealBasis } from "../basis/real/real-basis.ts";
import type { Arithmetic, GridSize, Kernels, SphereFft } from "../kernels/kernels.ts";
import type { HermitianOperator } from "../solvers/lobpcg.ts";
import type { BlockSite, BlockTerm, Operator } from "./block-term.ts";
import { blockTermOf, CRYSTAL_OPERATORS } from "./operators.ts";

/** H_k = V(r) + Σ operators of the terms, ½|k+G|² among them, on one sphere of plane waves. */
export interface Hamiltonian extends HermitianOperator {
  readonly kpoint: KPoint;
  /** Transforms of complex coefficients. */
  readonly fft: SphereFft;
  /** Numbers of the coefficients, complex or real. */
  readonly numbers: Arithmetic;
  /** Transforms of panels of these coefficients. */
  readonly bands: BandTransforms;
  /** One for each operator, in the order of the operators. */
  readonly parts: readonly BlockTerm[];
  /** Sum of the diagonals of all parts [Ha], in the memory of the kernels, shape [n]. */
  readonly diagonal: Float64Array;
  /** out ← ⟨ψ|·|ψ⟩ of one part for each vector of a panel [Ha]. */
  energies(out: Float64Array, part: BlockTerm, psi: Float64Array, nBands: number): void;
}

/**
 * Makes the Hamiltonian of one k-point.
 *
 * @param potential total local potential V(r) [Ha] on the grid, shape [N], in the memory of
 *   `kernels`. It is read at every application, so it may change between solves.
 * @param real basis of real coefficients for all panels; the potential must be real in it.
 */
export function createHamiltonian(
  kernels: Kernels,
  {
    operators = CRYSTAL_OPERATORS,
    ...crystal
  }: Pick<BlockSite, "lattice" | "species" | "atoms"> & {
    readonly operators?: readonly Operator[] | undefined;
  },
  size: GridSize,
  kpoint: KPoint,
  potential: Float64Array,
  real?: RealBasis,
): Hamiltonian {
  const n = kpoint.planeWaves;
  const fft = kernels.sphereFft(size, kpoint.gridIndex);
  const numbers = real === undefined ? kernels : kernels.real;
  const bands = real === undefined ? fft : packedBands(kernels, fft, real);
  const parts = operators.map((operator) =>
    blockTermOf(operator, { kernels, ...crystal, kpoint, fft, real }),
  );
  const diagonal = sumOfDiagonals(kernels, n, parts);
  const others = parts.filter((part) => part.addInto !== undefined);
  return {
    n,
    kpoint,
    fft,
    numbers,
    bands,
    parts,
    diagonal,
    applyInto(out, x, nVectors, mayRound) {
      numbers.multiplyRows(out, n, nVectors, diagonal, x);
      bands.applyPotential(out, x, potential, nVectors, mayRound);
      const products = mayRound ? numbers.single : undefined;
      for (const part of others) part.addInto!(out, x, nVectors, products);
    },
    // Rounding in transforms is noise all over the cell.
    amplification: () =>
      kernels.scratch((take) => {
        const sum = take(1);
        kernels.real.columnNorms2(sum, potential.length, 1, potential);
        return Math.sqrt(sum[0]! / potential.length);
      }),
    preconditionInto(residuals, x, nVectors) {
      kernels.scratch((take) => {
        const scale = take(nVectors);
        numbers.columnWeightedNorms2(scale, n, nVectors, diagonal, x);
        // 0 for a single wave G = 0
        for (let j = 0; j < nVectors; j++) scale[j] = Math.max(scale[j]!, 1e-3);
        numbers.tpa(n, nVectors, diagonal, scale, residuals);
      });
    },
    energies(out, part, psi, nBands) {
      if (part.energies !== undefined) {
        part.energies(out, psi, nBands);
        return;
      }
      out.fill(0, 0, nBands);
      if (part.diagonal !== undefined) numbers.columnWeightedNorms2(out, n, nBands, part.diagonal, psi);
      if (part.addInto === undefined) return;
      kernels.scratch((take) => {
        const [image, dots] = [take(numbers.width * n * nBands).fill(0), take(numbers.width * nBands)];
        part.addInto!(image, psi, nBands);
        numbers.columnDots(dots, n, nBands, psi, image);
        for (let j = 0; j < nBands; j++) out[j]! += dots[numbers.width * j]!;
      });
    },
  };
}

/** Returns the sum of all diagonals; with a single one, that array itself. */
function sumOfDiagonals(kernels: Kernels, n: number, parts: readonly BlockTerm[]): Float64Array {
  const given = parts.flatMap(({ diagonal }) => (diagonal === undefined ? [] : [diagonal]));
  if (given.length === 1) return given[0]!;
  const out = kernels.alloc(n).fill(0);
  for (const diagonal of given) for (let g = 0; g < n; g++) out[g]! += diagonal[g]!;
  return out;
}
