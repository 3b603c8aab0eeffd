import {
  type BasisCorrectionRequest,
  type BasisTailRequest,
  basisCorrection,
  basisTail,
} from "../state/basis-correction.ts";
import { type Examination, examineBlock } from "../state/examine-block.ts";
import { type MissedRequest, missedLevels } from "../state/missed-levels.ts";
import type { BlockEigenvalues, EigenRequest, OrbitalBlock } from "../state/orbital-block.ts";
import { blockResponse, type ResponseRequest, type ResponseSource } from "../state/response-block.ts";
import { blockGradient, retract, ritzLevels, tangentPart } from "../state/stiefel.ts";
import type { BlockTerm } from "../terms/block-term.ts";

/** Electrons in each band of a block, f_n w_k, shape [nBands]. */
type Weights = Float64Array;

/** Eigenvalues of a block with its orbitals. */
export interface SavedSolution extends BlockEigenvalues {
  /** Complex panel [planeWaves × nBands]; undefined where only the eigenvalues are wanted. */
  readonly psi: Float64Array | undefined;
}

/**
 * Operations on a block. Arguments and results are plain data, to pass between threads. Operations
 * that use the Hamiltonian read the potential of `Blocks.setPotential`.
 */
export const blockOperations = {
  /** Solves for the lowest orbitals of the potential. */
  diagonalise: (block: OrbitalBlock, request: EigenRequest) => block.diagonalise(request),
  /** Does the same and returns a copy of the orbitals as well, if it is wanted. */
  diagonaliseAndSave: (
    block: OrbitalBlock,
    { request, withOrbitals }: { readonly request: EigenRequest; readonly withOrbitals: boolean },
  ): SavedSolution => ({
    ...block.diagonalise(request),
    psi: withOrbitals ? block.toComplex(block.psi) : undefined,
  }),
  /** Returns Σ_n w_n |ψ_n(r)|² [bohr⁻³], shape [N], for each set of weights. */
  densities: (block: OrbitalBlock, sets: readonly Weights[]) => block.densities(sets),
  /** Returns Σ_n w_n ⟨ψ_n|·|ψ_n⟩ of each operator [Ha]. */
  energies: (block: OrbitalBlock, weights: Weights) => block.energies(weights),
  /** Returns −∂/∂R of these energies, Cartesian [Ha/bohr], shape [operators · 3 · nAtoms]. */
  forces: ({ setup, hamiltonian: { parts }, psi }: OrbitalBlock, weights: Weights) =>
    joined(parts, 3 * setup.atoms.length, (part) => part.forces?.(psi, weights)),
  /** Returns ∂/∂ε of the energies at fixed coefficients [Ha], [operators · 9]; NaN if unknown. */
  strain: ({ inComplex }: OrbitalBlock, weights: Weights) =>
    inComplex(({ parts }, psi) =>
      joined(parts, 9, (part) => part.strain?.(psi, weights) ?? new Float64Array(9).fill(Number.NaN)),
    ),
  response: (
    block: OrbitalBlock,
    {
      request,
      deltaPotential,
      source,
    }: {
      readonly request: ResponseRequest;
      readonly deltaPotential: Float64Array;
      readonly source?: ResponseSource | undefined;
    },
  ) => blockResponse(block, request, deltaPotential, source),
  basisCorrection: (block: OrbitalBlock, request: BasisCorrectionRequest) => basisCorrection(block, request),
  basisTail: (block: OrbitalBlock, request: BasisTailRequest) => basisTail(block, request),
  gradient: (block: OrbitalBlock, _: null) => blockGradient(block),
  examine: (block: OrbitalBlock, request: Examination) => examineBlock(block, request),
  missed: (block: OrbitalBlock, request: MissedRequest) => missedLevels(block, request),
  tangentPart: (
    block: OrbitalBlock,
    { panel, preconditioned }: { readonly panel: Float64Array; readonly preconditioned: boolean },
  ) => tangentPart(block, panel, preconditioned),
  retract: (block: OrbitalBlock, panel: Float64Array) => retract(block, panel),
  /** Replaces the orbitals by the Ritz vectors of their span and returns the Ritz values [Ha]. */
  ritzLevels: (block: OrbitalBlock, _: null) => ritzLevels(block),
  /** Returns a copy of the orbitals, complex panel [planeWaves × nBands]. */
  save: ({ psi, toComplex }: OrbitalBlock, _: null) => toComplex(psi),
  /** Overwrites the lowest orbitals by the given ones. */
  restore: (block: OrbitalBlock, psi: Float64Array) => block.restore(psi),
} as const;

/** Concatenates arrays of `length`, one for each part; zeros for parts without one. */
function joined(
  parts: readonly BlockTerm[],
  length: number,
  of: (part: BlockTerm) => Float64Array | undefined,
): Float64Array {
  const out = new Float64Array(length * parts.length);
  for (const [i, part] of parts.entries()) out.set(of(part) ?? [], length * i);
  return out;
}

export type BlockOperation = keyof typeof blockOperations;

type Arguments = { readonly [K in BlockOperation]: Parameters<(typeof blockOperations)[K]>[1] };
type Results = { readonly [K in BlockOperation]: ReturnType<(typeof blockOperations)[K]> };

/** Argument of an operation beside the block. */
export type ArgumentOf<K extends BlockOperation> = Arguments[K];
export type ResultOf<K extends BlockOperation> = Results[K];

/** The same table, typed so that the operation may be chosen at run time. */
const table: { readonly [K in BlockOperation]: (block: OrbitalBlock, argument: Arguments[K]) => Results[K] } =
  blockOperations;

export const operate = <K extends BlockOperation>(
  operation: K,
  block: OrbitalBlock,
  argument: ArgumentOf<K>,
): ResultOf<K> => table[operation](block, argument);
