import type { Grid } from "../basis/grid.ts";
import { createKPoint, type KPoint } from "../basis/kpoint.ts";
import { requireInput } from "../common/failure.ts";
import { random } from "../common/random.ts";
import type { Vec3 } from "../common/vec3.ts";
import { newRealField, type RealField } from "../kernels/fields.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { forEachPoint } from "../terms/external/external.ts";
import { createHamiltonian, type Hamiltonian } from "../terms/hamiltonian.ts";
import { type Energies, energiesOf, evaluateTerms, operatorsOf, totalPotential } from "../terms/sums.ts";
import type { DefinedModel } from "./define-model.ts";

/** ψ(r) as [re, im] at a Cartesian point [bohr], or on the grid, shape [2·N]; any norm. */
export type StartWave = ((r: Vec3) => readonly [number, number]) | Float64Array;

/** Energy and Hamiltonian of one orbital. */
export interface OneOrbital {
  readonly n: number;
  /** Sets psi to a start of any norm; without one to a random wave, different for each `number`. */
  begin(psi: Float64Array, start: StartWave | undefined, number?: number): void;
  /** Computes out ← Hψ in the potential of ψ itself; returns the energies. */
  evaluate(out: Float64Array, psi: Float64Array): Energies;
  /** Computes x ← P⁻¹x at the last evaluated ψ. */
  precondition(x: Float64Array, hpsi: Float64Array, psi: Float64Array): void;
  density(psi: Float64Array): RealField;
  onGrid(psi: Float64Array): Float64Array;
}

export function oneOrbital(kernels: Kernels, { basis, terms, seed }: DefinedModel): OneOrbital {
  const { grid, model, ecut } = basis;
  const { lattice, electrons } = model;
  const { points } = grid;
  const kpoint = createKPoint(lattice, grid.size, ecut, [0, 0, 0], 1);
  const potential = kernels.alloc(points);
  const operators = operatorsOf(terms);
  /** Without a magnetic field or the user's own operators the ground state is positive. */
  const isPositive = operators.every(
    (operator) => typeof operator !== "function" && operator.kind === "kinetic",
  );
  const physics = { lattice, species: [], atoms: [], operators };
  const hamiltonian = createHamiltonian(kernels, physics, grid.size, kpoint, potential);
  const { fft, n } = hamiltonian;
  const work = kernels.alloc(2 * points);
  const rhoMemory = kernels.alloc(points);
  const weight = kernels.alloc(1).fill(electrons / lattice.volume);
  const kinetic = kernels.alloc(1);
  const bottom = lowestOf(totalPotential(terms, newRealField(points)));
  const density = (psi: Float64Array): RealField => {
    rhoMemory.fill(0);
    fft.accumulateDensity(rhoMemory, psi, weight, 1);
    return rhoMemory.slice() as RealField;
  };
  return {
    n,
    density,
    begin(psi, start, number = 0) {
      const { normal } = random(seed + number);
      // A positive start for a positive ground state; else noise, which has all vortex
      // arrangements.
      if (start !== undefined) project(psi, hamiltonian, work, grid, start);
      else if (isPositive) project(psi, hamiltonian, work, grid, () => [1 + 0.1 * normal(), 0]);
      else noise(psi, kpoint, seed + number);
    },
    evaluate(out, psi) {
      const evaluated = evaluateTerms(terms, density(psi));
      potential.set(evaluated.potential);
      hamiltonian.applyInto(out, psi, 1);
      const ofOperators = Float64Array.from(hamiltonian.parts, (part) => {
        hamiltonian.energies(kinetic, part, psi, 1);
        return electrons * kinetic[0]!;
      });
      return energiesOf(terms, evaluated, ofOperators, 0);
    },
    precondition(x, hpsi, psi) {
      kernels.columnWeightedNorms2(kinetic, n, 1, hamiltonian.diagonal, psi);
      const lowest = lowestOf(potential);
      const alpha = Math.max(dotRe(psi, hpsi) - bottom, kinetic[0]!);
      const scaleByPotential = () => {
        fft.sphereToGrid(work, x);
        for (let r = 0; r < points; r++) {
          const root = 1 / Math.sqrt(alpha + potential[r]! - lowest);
          work[2 * r]! *= root;
          work[2 * r + 1]! *= root;
        }
        fft.gridToSphere(x, work);
      };
      scaleByPotential();
      for (let g = 0; g < n; g++) {
        const factor = 1 / (alpha + hamiltonian.diagonal[g]!);
        x[2 * g]! *= factor;
        x[2 * g + 1]! *= factor;
      }
      scaleByPotential();
    },
    onGrid(psi) {
      fft.sphereToGrid(work, psi);
      return work.map((value) => value / Math.sqrt(lattice.volume)).slice();
    },
  };
}

const lowestOf = (f: Float64Array): number => f.reduce((least, x) => Math.min(least, x), f[0]!);

/** Fills ψ with random waves, damped at short wavelengths. */
function noise(psi: Float64Array, { planeWaves, kinetic }: KPoint, seed: number): void {
  const stream = random(seed);
  for (let g = 0; g < planeWaves; g++) {
    const damping = 1 / (1 + kinetic[g]! ** 2);
    psi[2 * g] = damping * stream.normal();
    psi[2 * g + 1] = damping * stream.normal();
  }
}

/** Projects a start to the plane waves of ψ. */
function project(
  psi: Float64Array,
  { fft }: Hamiltonian,
  work: Float64Array,
  grid: Grid,
  start: StartWave,
): void {
  if (typeof start === "function")
    forEachPoint(grid, (r, at) => {
      const value = start(r);
      requireInput(
        value.length === 2 && value.every(Number.isFinite),
        () => `start: ψ(r) must be two finite numbers, got [${value}] at r = [${r}] bohr`,
      );
      work.set(value, 2 * at);
    });
  else {
    requireInput(
      start.length === work.length && start.every(Number.isFinite),
      () => `start: ψ must be ${work.length} finite numbers, got ${start.length}; the grid differs`,
    );
    work.set(start);
  }
  fft.gridToSphere(psi, work);
  requireInput(dotRe(psi, psi) > 0, () => "start: ψ must not vanish between the plane waves, got zero");
}

/** Returns Re⟨x|y⟩. */
export function dotRe(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

export function normalise(psi: Float64Array): void {
  const norm = Math.sqrt(dotRe(psi, psi));
  for (let i = 0; i < psi.length; i++) psi[i]! /= norm;
}
