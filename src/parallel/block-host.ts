import { createKPoint } from "../basis/kpoint.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { nonlocalForcesOfK } from "../observables/forces-nonlocal.ts";
import { orbitalStrainOfK } from "../observables/stress-orbitals.ts";
import {
  type BlockEigenvalues,
  blockShared,
  createOrbitalBlock,
  type EigenRequest,
  type OrbitalEnergies,
} from "../state/orbital-block.ts";
import { type BlockResponse, blockResponse, type ResponseRequest } from "../state/response-block.ts";
import { type BlockGradient, blockGradient, retract, tangentPart } from "../state/stiefel.ts";
import type { OrbitalsSpec } from "./orbitals.ts";

/** The blocks one thread holds, addressed by their index in the whole calculation. Everything here is synchronous. */
export interface BlockHost {
  setPotential(potential: Float64Array): void;
  diagonalise(index: number, request: EigenRequest): BlockEigenvalues;
  /** The densities of a block for each set of weights are added to the totals of its spin, shape [N]. */
  addDensities(index: number, totals: readonly Float64Array[], sets: readonly Float64Array[]): void;
  energies(index: number, weights: Float64Array): OrbitalEnergies;
  nonlocalForces(index: number, weights: Float64Array): Float64Array;
  strain(index: number, weights: Float64Array): Float64Array;
  /** @param deltaPotential of the block's spin, shape [N]. */
  response(index: number, request: ResponseRequest, deltaPotential: Float64Array): BlockResponse;
  gradient(index: number): BlockGradient;
  tangentPart(index: number, panel: Float64Array, preconditioned: boolean): Float64Array;
  retract(index: number, panel: Float64Array): void;
  save(index: number): Float64Array;
  restore(index: number, psi: Float64Array): void;
  peakMemory(): number;
}

export function createBlockHost(kernels: Kernels, spec: OrbitalsSpec, indices: readonly number[]): BlockHost {
  const { problem, blocks } = spec;
  const points = problem.size[0] * problem.size[1] * problem.size[2];
  const kpoints = indices.map((i) =>
    createKPoint(problem.lattice, problem.size, problem.ecut, blocks[i]!.k, blocks[i]!.weight),
  );
  const shared = blockShared(kernels, problem, kpoints);
  const held = new Map(
    indices.map(
      (index, i) => [index, createOrbitalBlock(kernels, problem, kpoints[i]!, index, shared)] as const,
    ),
  );
  const block = (index: number) => held.get(index)!;
  let potential = new Float64Array(points);
  /** The Hamiltonians of all blocks read the same memory: fills it for the spin of this one. */
  const loadPotential = (index: number) => {
    const { spin } = blocks[index]!;
    shared.potential.set(potential.subarray(spin * points, (spin + 1) * points));
  };
  return {
    setPotential(next) {
      potential = next as Float64Array<ArrayBuffer>;
    },
    diagonalise(index, request) {
      loadPotential(index);
      return block(index).diagonalise(request);
    },
    addDensities: (index, totals, sets) => block(index).addDensities(totals, sets),
    energies: (index, weights) => block(index).energies(weights),
    nonlocalForces(index, weights) {
      const { hamiltonian, kpoint, psi } = block(index);
      const { nonlocal } = hamiltonian;
      return nonlocalForcesOfK({
        kernels,
        nAtoms: problem.atoms.length,
        nonlocal,
        kPlusG: kpoint.kPlusG,
        psi,
        weights,
      });
    },
    strain(index, weights) {
      const { hamiltonian, kpoint, psi } = block(index);
      return orbitalStrainOfK({
        kernels,
        model: problem,
        kpoint,
        nonlocal: hamiltonian.nonlocal,
        psi,
        weights,
      });
    },
    response(index, request, deltaPotential) {
      loadPotential(index);
      return blockResponse(kernels, problem, block(index), request, deltaPotential);
    },
    gradient(index) {
      loadPotential(index);
      return blockGradient(kernels, block(index));
    },
    tangentPart: (index, panel, preconditioned) => tangentPart(kernels, block(index), panel, preconditioned),
    retract: (index, panel) => retract(kernels, block(index), panel),
    save: (index) => block(index).psi.slice(),
    restore: (index, psi) => block(index).restore(psi),
    peakMemory: () => kernels.memory().peak,
  };
}
