import { nonlocalChannels, projectorFourier } from "../../src/atoms/pseudopotential-formulas.ts";
import { gridIndex } from "../../src/basis/grid.ts";
import type { KPoint } from "../../src/basis/kpoint.ts";
import type { GridSize } from "../../src/kernels/kernels.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import type { Lattice } from "../../src/model/lattice.ts";
import type { Atom, Species } from "../../src/model/model.ts";

/** A complex n × n matrix, column-major, as the kernels hold it. */
export type Dense = Float64Array;

export interface DenseModel {
  readonly lattice: Lattice;
  readonly species: readonly Species[];
  readonly atoms: readonly Atom[];
}

/** Legendre polynomials by their recursion. */
function legendre(l: number, x: number): number {
  let [before, value] = [0, 1];
  for (let j = 0; j < l; j++) [before, value] = [value, ((2 * j + 1) * x * value - j * before) / (j + 1)];
  return value;
}

/**
 * The nonlocal potential by its formula, h not diagonalised and without spherical harmonics:
 *
 *   V_GG′ = (1/Ω) Σ_a e^{−i(G−G′)R_a} Σ_l (2l+1)/4π P_l(cos γ) Σ_ij p_i(|k+G|) h_ij p_j(|k+G′|)
 *
 * where Σ_m Y_lm Y_lm = (2l+1)/4π P_l(cos γ), γ the angle between k+G and k+G′.
 */
export function denseNonlocal({ lattice, species, atoms }: DenseModel, kpoint: KPoint): Dense {
  const { planeWaves: n, kPlusG, gVectors } = kpoint;
  const out = new Float64Array(2 * n * n);
  const lengths = Array.from(kpoint.kinetic, (t) => Math.sqrt(2 * t));
  const radial = species.map(({ pseudopotential }) =>
    nonlocalChannels(pseudopotential).map(({ h }, l) => ({
      h,
      p: h.map((_, i) => lengths.map((q) => projectorFourier(pseudopotential, l, i + 1, q))),
    })),
  );
  for (let b = 0; b < n; b++)
    for (let a = 0; a < n; a++) {
      const product = kPlusG[3 * a]! * kPlusG[3 * b]! + kPlusG[3 * a + 1]! * kPlusG[3 * b + 1]! + kPlusG[3 * a + 2]! * kPlusG[3 * b + 2]!; // biome-ignore format: one sum
      const size = lengths[a]! * lengths[b]!;
      const cosine = size > 0 ? product / size : 1; // at k+G = 0 only l = 0 has a projector
      for (const { species: kind, position } of atoms) {
        let form = 0;
        radial[kind]!.forEach(({ h, p }, l) => {
          const angular = ((2 * l + 1) / (4 * Math.PI)) * legendre(l, cosine);
          h.forEach((row, i) => {
            row.forEach((value, j) => {
              form += angular * p[i]![a]! * value * p[j]![b]!;
            });
          });
        });
        let phase = 0;
        for (let c = 0; c < 3; c++)
          phase -= 2 * Math.PI * (gVectors[3 * a + c]! - gVectors[3 * b + c]!) * position[c]!;
        out[2 * (a + n * b)]! += (form * Math.cos(phase)) / lattice.volume;
        out[2 * (a + n * b) + 1]! += (form * Math.sin(phase)) / lattice.volume;
      }
    }
  return out;
}

/** V_GG′ = V(G − G′) of a real potential given on the grid. */
export function denseLocal(
  size: GridSize,
  potential: ArrayLike<number>,
  { planeWaves: n, gVectors }: KPoint,
): Dense {
  const points = size[0] * size[1] * size[2];
  const coefficients = new Float64Array(2 * points);
  for (let r = 0; r < points; r++) coefficients[2 * r] = potential[r]! / points;
  const kernels = referenceKernels();
  kernels.fft(size).forward(coefficients, coefficients);
  const out = new Float64Array(2 * n * n);
  for (let b = 0; b < n; b++)
    for (let a = 0; a < n; a++) {
      const d = (c: number) => gVectors[3 * a + c]! - gVectors[3 * b + c]!;
      const at = gridIndex(size, d(0), d(1), d(2));
      out[2 * (a + n * b)] = coefficients[2 * at]!;
      out[2 * (a + n * b) + 1] = coefficients[2 * at + 1]!;
    }
  return out;
}

/** ½|k+G|² on the diagonal. */
export function denseKinetic({ planeWaves: n, kinetic }: KPoint): Dense {
  const out = new Float64Array(2 * n * n);
  for (let i = 0; i < n; i++) out[2 * (i + n * i)] = kinetic[i]!;
  return out;
}

export const denseSum = (...parts: readonly Dense[]): Dense =>
  parts.reduce((sum, part) => sum.map((x, i) => x + part[i]!));

/** All eigenvalues, ascending. */
export function denseEigenvalues(h: Dense): Float64Array {
  const n = Math.sqrt(h.length / 2);
  const values = new Float64Array(n);
  referenceKernels().eigh(n, h.slice(), n, values, new Float64Array(h.length), n);
  return values;
}

/** ⟨ψ|H|ψ⟩ of column `band` of a panel. */
export function denseExpectation(h: Dense, psi: Float64Array, band: number): number {
  const n = Math.sqrt(h.length / 2);
  let sum = 0;
  for (let b = 0; b < n; b++)
    for (let a = 0; a < n; a++) {
      const [hr, hi] = [h[2 * (a + n * b)]!, h[2 * (a + n * b) + 1]!];
      const [ar, ai] = [psi[2 * (a + n * band)]!, psi[2 * (a + n * band) + 1]!];
      const [br, bi] = [psi[2 * (b + n * band)]!, psi[2 * (b + n * band) + 1]!];
      // Re conj(ψ_a) h_ab ψ_b
      sum += ar * (hr * br - hi * bi) + ai * (hr * bi + hi * br);
    }
  return sum;
}
