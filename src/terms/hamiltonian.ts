import type { KPoint } from "../basis/kpoint.ts";
import type { GridSize, Kernels, SphereFft } from "../kernels/kernels.ts";
import type { Lattice } from "../model/lattice.ts";
import type { Atom, Species } from "../model/model.ts";
import type { HermitianOperator } from "../solvers/lobpcg.ts";
import { magneticPart } from "./magnetic.ts";
import { type NonlocalProjectors, nonlocalProjectors } from "./nonlocal.ts";

/** H_k = ½|k+G − A|² + V(r) + P D Pᴴ on one sphere of plane waves; A = 0 unless there is a magnetic field. */
export interface Hamiltonian extends HermitianOperator {
  readonly kpoint: KPoint;
  readonly fft: SphereFft;
  readonly nonlocal: NonlocalProjectors;
  /** ½|k+G|² in the memory of the kernels, shape [n]. */
  readonly kinetic: Float64Array;
  /** ⟨ψ|½|p − A|²|ψ⟩ of each vector of a panel [Ha], Σ_G ½|k+G|² |c_G|² without a magnetic field. */
  kineticEnergies(out: Float64Array, psi: Float64Array, nBands: number): void;
  /** ⟨ψ|P D Pᴴ|ψ⟩ of each vector of a panel [Ha]. */
  nonlocalEnergies(out: Float64Array, psi: Float64Array, nBands: number): void;
}

/**
 * @param potential total local potential V(r) [Ha] on the grid, shape [N], in the memory of `kernels`: read at every
 *   application, so its owner may refill it between solves.
 * @param maxBands widest panel it will be applied to.
 */
export function createHamiltonian(
  kernels: Kernels,
  model: {
    readonly lattice: Lattice;
    readonly species: readonly Species[];
    readonly atoms: readonly Atom[];
    readonly vectorPotential?: Float64Array | undefined;
  },
  size: GridSize,
  kpoint: KPoint,
  potential: Float64Array,
): Hamiltonian {
  const n = kpoint.planeWaves;
  const fft = kernels.sphereFft(size, kpoint.gridIndex);
  const nonlocal = nonlocalProjectors(kernels, model, kpoint);
  const kinetic = kernels.alloc(n);
  kinetic.set(kpoint.kinetic);
  const { vectorPotential } = model;
  const addMagnetic =
    vectorPotential === undefined ? undefined : magneticPart(kernels, fft, kpoint, vectorPotential);
  const { count, projectors, coupling } = nonlocal;

  return {
    n,
    kpoint,
    fft,
    nonlocal,
    kinetic,
    applyInto(out, x, nVectors) {
      kernels.multiplyRows(out, n, nVectors, kinetic, x);
      fft.applyPotential(out, x, potential, nVectors);
      addMagnetic?.(out, x, nVectors);
      if (count === 0) return;
      kernels.scratch((take) => {
        const overlaps = take(2 * count * nVectors);
        kernels.gemm("C", "N", count, nVectors, n, 1, projectors, n, x, n, 0, overlaps, count);
        kernels.multiplyRows(overlaps, count, nVectors, coupling, overlaps);
        kernels.gemm("N", "N", n, nVectors, count, 1, projectors, n, overlaps, count, 1, out, n);
      });
    },
    preconditionInto(residuals, x, nVectors) {
      kernels.scratch((take) => {
        const scale = take(nVectors);
        kernels.columnWeightedNorms2(scale, n, nVectors, kinetic, x);
        for (let j = 0; j < nVectors; j++) scale[j] = Math.max(scale[j]!, 1e-3); // a lone G = 0 wave has none
        kernels.tpa(n, nVectors, kinetic, scale, residuals);
      });
    },
    kineticEnergies(out, psi, nBands) {
      kernels.columnWeightedNorms2(out, n, nBands, kinetic, psi);
      if (addMagnetic === undefined) return;
      kernels.scratch((take) => {
        const [image, dots] = [take(2 * n * nBands).fill(0), take(2 * nBands)];
        addMagnetic(image, psi, nBands);
        kernels.columnDots(dots, n, nBands, psi, image);
        for (let j = 0; j < nBands; j++) out[j]! += dots[2 * j]!;
      });
    },
    nonlocalEnergies(out, psi, nBands) {
      out.fill(0, 0, nBands);
      if (count === 0) return;
      kernels.scratch((take) => {
        const overlaps = take(2 * count * nBands);
        kernels.gemm("C", "N", count, nBands, n, 1, projectors, n, psi, n, 0, overlaps, count);
        kernels.columnWeightedNorms2(out, count, nBands, coupling, overlaps);
      });
    },
  };
}
