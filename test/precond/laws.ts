import { describe, expect, test } from "vitest";
import { createGrid, type Grid } from "../../src/basis/grid.ts";
import { random } from "../../src/common/random.ts";
import { erfc } from "../../src/common/special/erfc.ts";
import type { Mat3 } from "../../src/common/vec3.ts";
import {
  asRealField,
  dotReal,
  newRealField,
  type ReadonlyRealField,
  type RealField,
  sumReal,
} from "../../src/kernels/fields.ts";
import type { GridSize } from "../../src/kernels/kernels.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Iterate, Preconditioner } from "../../src/precond/preconditioner.ts";
import type { EnergyWindow } from "../../src/state/energy-window.ts";
import { close, closeArrays, notTiny } from "../close.ts";

const TRICLINIC: Mat3 = [[6, 0, 0], [1, 5, 0], [-2, 0.5, 17]]; // biome-ignore format: a matrix

export const testGrid = (size: GridSize = [5, 6, 14], vectors: Mat3 = TRICLINIC): Grid =>
  createGrid(createLattice(vectors), size, wasmKernelsSync());

/** Random values on a grid for every spin. */
export function noise(length: number, seed: number): RealField {
  const { normal } = random(seed);
  return asRealField(Float64Array.from({ length }, normal));
}

/** A state to precondition at, with the local densities of states that preconditioners may need. */
export interface Sample extends Iterate {
  localDensityOfStates(window: EnergyWindow): RealField;
}

/** What a preconditioner needs of a state. */
export const statesFor = (preconditioner: Preconditioner, sample: Sample): RealField[] =>
  (preconditioner.needs?.(sample) ?? []).map(sample.localDensityOfStates);

/** P⁻¹ that needs no orbitals when it is applied: it is done at once. */
type Apply = (out: RealField, residual: ReadonlyRealField) => void;

/** P⁻¹ at a state, with what it needs handed in. */
export const at = async (preconditioner: Preconditioner, sample: Sample): Promise<Apply> =>
  preconditioner.at(sample, statesFor(preconditioner, sample));

export interface SampleOptions {
  readonly grid: Grid;
  readonly nSpin: 1 | 2;
  readonly temperature?: number;
  /** Local density of states whatever the width, shape [nSpin·N]; default none at all. */
  readonly states?: RealField;
  /** Electron density, shape [nSpin·N]; default uneven. */
  readonly density?: RealField;
  /** Told the width that was asked for. */
  readonly onWidth?: (width: number) => void;
}

/** A state to precondition at, made up: one k-point with levels around the Fermi level 0. */
export function sampleIterate({
  grid,
  nSpin,
  temperature = 0.01,
  states,
  density,
  onWidth,
}: SampleOptions): Sample {
  return {
    grid,
    nSpin,
    fermiLevel: 0,
    temperature,
    fMax: 2 / nSpin,
    levels: Array.from({ length: nSpin }, () => ({
      weight: 1,
      eigenvalues: Float64Array.of(-0.3, -0.01, 0.01, 0.4),
    })),
    localDensityOfStates({ width }) {
      onWidth?.(width);
      return asRealField((states ?? newRealField(nSpin * grid.points)).slice());
    },
    density: async () => asRealField((density ?? unevenStates(grid, nSpin)).slice()),
  };
}

/** States that pile up in the lower half of the cell and fade out above: between 0 and about 1 per Ha and bohr³. */
export function unevenStates({ points, size }: Grid, nSpin: number): RealField {
  const rough = noise(nSpin * points, 77);
  const plane = size[0] * size[1];
  return asRealField(
    rough.map((x, i) => {
      const z = Math.floor((i % points) / plane) / size[2];
      return (z < 0.5 ? 0.03 : 1e-4) * (1 + 0.5 * Math.sin(x)) * (i < points ? 1 : 0.4);
    }),
  );
}

/**
 * A metal in the lower half of the cell, and in the upper one a material with as many states but for a gap of width 2x about the
 * Fermi level: a Gaussian window of width w sees erfc(x/w) of them.
 */
export function besideGap(iterate: Sample, halfGap: number): Sample {
  const { points, size } = iterate.grid;
  const plane = size[0] * size[1];
  return {
    ...iterate,
    localDensityOfStates: ({ width }) =>
      asRealField(
        newRealField(iterate.nSpin * points).map((_, i) => {
          const z = Math.floor((i % points) / plane) / size[2];
          return (0.05 / iterate.nSpin) * (z < 0.5 ? 1 : erfc(halfGap / width));
        }),
      ),
  };
}

export interface PreconditionerLaws {
  readonly name: string;
  make(): Preconditioner;
  /** Relative accuracy of its linear algebra. Default 1e-12. */
  readonly accuracy?: number;
  /** ⟨g, P⁻¹f⟩ = ⟨P⁻¹g, f⟩ in the plain scalar product. */
  readonly isSelfAdjoint?: boolean;
  /** The eigenvalues of P on functions without mean are at least 1 in the energy norm ∫∫ f f/|r − r′|. */
  readonly isAtLeastOne?: boolean;
}

/** What every preconditioner must satisfy. Authors of their own run it with `preconditionerLaws({ name, make })`. */
export function preconditionerLaws({
  name,
  make,
  accuracy = 1e-12,
  isSelfAdjoint,
  isAtLeastOne,
}: PreconditionerLaws): void {
  const grids: Grid[] = [testGrid(), testGrid([8, 4, 9])];
  for (const nSpin of [1, 2] as const)
    for (const grid of grids)
      describe(`the preconditioner ${name} on ${grid.size.join("×")} with nSpin ${nSpin}`, () => {
        const length = nSpin * grid.points;
        const bound = async () => {
          const apply = await at(make(), sampleIterate({ grid, nSpin, states: unevenStates(grid, nSpin) }));
          return (f: ReadonlyRealField): RealField => {
            const out = newRealField(length).fill(Number.NaN) as RealField; // what was there must not matter
            apply(out, f);
            return out;
          };
        };

        test("is linear", async () => {
          const p = await bound();
          const [f, g] = [noise(length, 1), noise(length, 2)];
          const combined = p(asRealField(f.map((x, i) => 2 * x - 3 * g[i]!)));
          const [pf, pg] = [p(f), p(g)];
          notTiny(combined, 0.1);
          // Each solution errs by `accuracy` of its size, about 4 here.
          closeArrays(
            combined,
            pf.map((x, i) => 2 * x - 3 * pg[i]!),
            40 * accuracy,
          );
        });

        test("keeps the electron count", async () => {
          const p = await bound();
          const f = noise(length, 3);
          f[0]! += 10;
          expect(Math.abs(sumReal(f))).toBeGreaterThan(1);
          close(sumReal(p(f)), sumReal(f), 1e-13 * length);
        });

        test("reads the residual and writes all of out, the same at every call", async () => {
          const p = await bound();
          const f = noise(length, 4);
          const kept = f.slice();
          const first = p(f);
          expect(f).toEqual(kept);
          p(noise(length, 5));
          expect(p(f)).toEqual(first);
          expect(first.every(Number.isFinite)).toBe(true);
        });

        test("stays what it was bound to when it is bound to another state, and that one's is its own", async () => {
          const mixing = make();
          const bind = async (states: RealField) => {
            const apply = await at(mixing, sampleIterate({ grid, nSpin, states }));
            return (f: ReadonlyRealField): RealField => {
              const out = newRealField(length);
              apply(out, f);
              return out;
            };
          };
          const [few, f] = [unevenStates(grid, nSpin), noise(length, 8)];
          const many = asRealField(few.map((d) => 2 * d));
          const [alone, other] = [(await bind(few))(f), (await bind(many))(f)];
          const [first, second] = [await bind(few), await bind(many)];
          expect(first(f)).toEqual(alone);
          expect(second(f)).toEqual(other);
        });

        test("takes nothing to nothing", async () => {
          const p = await bound();
          closeArrays(p(newRealField(length)), new Float64Array(length), 1e-15);
        });

        test("has a transpose for potentials, where it is not its own", async () => {
          const mixing = make();
          if (mixing.transposedAt === undefined) return;
          const iterate = sampleIterate({ grid, nSpin, states: unevenStates(grid, nSpin) });
          const transposed: Apply = await mixing.transposedAt(iterate, statesFor(mixing, iterate));
          const p = await bound();
          const q = (g: ReadonlyRealField) => {
            const out = newRealField(length).fill(Number.NaN) as RealField;
            transposed(out, g);
            return out;
          };
          // ⟨Pᵀ⁻¹g, f⟩ = ⟨g, P⁻¹f⟩ to the accuracy of two solutions, beside what P⁻¹ in its place is wrong by.
          let [error, wrong] = [0, 0];
          for (let seed = 20; seed < 30; seed++) {
            const [f, g] = [noise(length, seed), noise(length, seed + 10)];
            const overlap = dotReal(g, p(f));
            error += (dotReal(q(g), f) - overlap) ** 2;
            wrong += (dotReal(p(g), f) - overlap) ** 2;
          }
          expect(wrong).toBeGreaterThan(1e-4);
          expect(error).toBeLessThan(1e-2 * wrong);
          // A constant potential is none.
          const g = noise(length, 9);
          const shifted = q(asRealField(g.map((x) => x + 3)));
          closeArrays(shifted, q(g).map((x) => x + 3), 40 * accuracy); // biome-ignore format: one line
        });

        if (isSelfAdjoint)
          test("is self-adjoint", async () => {
            const p = await bound();
            const [f, g] = [noise(length, 6), noise(length, 7)];
            const overlap = dotReal(g, p(f));
            expect(Math.abs(overlap)).toBeGreaterThan(0.1);
            close(overlap, dotReal(p(g), f), 1e-13 * length);
          });

        if (isAtLeastOne)
          test("never lengthens a residual without mean in the energy norm: P has no eigenvalue below 1", async () => {
            const p = await bound();
            for (let seed = 10; seed < 20; seed++) {
              const f = noise(length, seed);
              const mean = sumReal(f) / length;
              for (let i = 0; i < length; i++) f[i]! -= mean;
              const before = energyNorm(grid, f);
              expect(before).toBeGreaterThan(0.1);
              expect(energyNorm(grid, p(f))).toBeLessThan(before * (1 + accuracy));
            }
          });
      });
}

/** √(Σ_G≠0 4π/|G|² |f(G)|²) of the sum over spins. */
export function energyNorm(grid: Grid, f: ReadonlyRealField): number {
  const total = newRealField(grid.points);
  for (let i = 0; i < f.length; i++) total[i % grid.points]! += f[i]!;
  const c = grid.toFourier(total);
  let sum = 0;
  for (let g = 1; g < grid.points; g++)
    sum += ((c[2 * g]! ** 2 + c[2 * g + 1]! ** 2) * 4 * Math.PI) / grid.normG2[g]!;
  return Math.sqrt(sum);
}
