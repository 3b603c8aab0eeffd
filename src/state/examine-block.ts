import type { OrbitalBlock } from "./orbital-block.ts";

/** What orbitals of a block are to be measured against. */
export interface Examination {
  /** Eigenvalues that the lowest orbitals are said to have [Ha]; as many as are examined. */
  readonly eigenvalues: Float64Array;
  /** Number of lowest orbitals to return. Default 0. */
  readonly keep?: number;
}

/** What the orbitals of a block are in a potential. */
export interface BlockExamination {
  /** max |⟨ψ_i|ψ_j⟩ − δ_ij| over all orbitals held. */
  readonly overlapError: number;
  /** ‖Hψ − εψ‖ [Ha] of each examined orbital. */
  readonly residualNorms: Float64Array;
  /** Complex panel [planeWaves × keep]. */
  readonly kept: Float64Array;
}

/** Bands multiplied by H at once, so that little memory is taken beside the orbitals. */
const BATCH = 32;

/** Measures overlaps and residuals of the orbitals of a block in the potential that it holds. */
export function examineBlock(
  { hamiltonian, psi, nBands, toComplex }: OrbitalBlock,
  { eigenvalues, keep = 0 }: Examination,
): BlockExamination {
  const { n, numbers } = hamiltonian;
  const { width } = numbers;
  const count = eigenvalues.length;
  return numbers.scratch((take) => {
    const gram = take(width * nBands * nBands);
    numbers.hermitianOverlap(nBands, n, psi, n, psi, n, gram, nBands);
    for (let j = 0; j < nBands; j++) gram[width * (j + nBands * j)]! -= 1;
    let overlapError = 0;
    for (let i = 0; i < gram.length; i += width) {
      const error = width === 1 ? Math.abs(gram[i]!) : Math.hypot(gram[i]!, gram[i + 1]!);
      if (!(error <= overlapError)) overlapError = error;
    }
    const [image, shifts, norms] = [take(width * n * Math.min(BATCH, count)), take(BATCH), take(BATCH)];
    const residualNorms = new Float64Array(count);
    for (let first = 0; first < count; first += BATCH) {
      const bands = Math.min(BATCH, count - first);
      const x = psi.subarray(width * n * first, width * n * (first + bands));
      const r = image.subarray(0, width * n * bands);
      for (let j = 0; j < bands; j++) shifts[j] = -eigenvalues[first + j]!;
      hamiltonian.applyInto(r, x, bands);
      numbers.addScaledColumns(r, n, bands, r, shifts, x);
      numbers.columnNorms2(norms, n, bands, r);
      for (let j = 0; j < bands; j++) residualNorms[first + j] = Math.sqrt(norms[j]!);
    }
    return { overlapError, residualNorms, kept: toComplex(psi.subarray(0, width * n * keep)) };
  });
}
