import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import { invariant } from "../common/failure.ts";
import { newRealField, type ReadonlyRealField, type RealField } from "../kernels/fields.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { type Levels, type Occupation, occupy } from "../state/occupation.ts";
import { type OccupationLaw, occupationQuotient, occupationSlope } from "../state/occupation-law.ts";
import type { Operator } from "../terms/block-term.ts";
import { createHamiltonian } from "../terms/hamiltonian.ts";
import { lawOf } from "./chi0.ts";

/** All states of a basis, occupied and empty, for small systems. */
export interface DenseStates {
  readonly basis: PlaneWaveBasis;
  readonly levels: readonly Levels[];
  readonly occupation: Occupation;
  /** ψ(r), complex, one panel [N × planeWaves] for each k-point, ∫|ψ|² = 1. */
  readonly orbitals: readonly Float64Array[];
}

/**
 * Diagonalises the whole Hamiltonian of a potential at every k-point.
 *
 * @param potential V(r) [Ha], shape [N], without spin.
 * @param operators further contributions of the terms to H.
 */
export function denseStates(
  kernels: Kernels,
  basis: PlaneWaveBasis,
  potential: ReadonlyRealField,
  operators: readonly Operator[],
): DenseStates {
  const { grid, model, kpoints } = basis;
  const { points, lattice } = grid;
  invariant(model.nSpin === 1, () => "denseStates: spins must share their orbitals");
  const v = kernels.alloc(points);
  v.set(potential as unknown as Float64Array); // the read-only view of a Float64Array is one
  const orbitals: Float64Array[] = [];
  const levels = kpoints.map((kpoint): Levels => {
    const hamiltonian = createHamiltonian(kernels, { ...model, operators }, grid.size, kpoint, v);
    const { n, fft } = hamiltonian;
    return kernels.scratch((take) => {
      const [unit, h, vectors, values] = [take(2 * n * n), take(2 * n * n), take(2 * n * n), take(n)];
      unit.fill(0);
      for (let i = 0; i < n; i++) unit[2 * (i + n * i)] = 1;
      hamiltonian.applyInto(h, unit, n);
      kernels.eigh(n, h, n, values, vectors, n);
      const work = take(2 * points);
      const panel = new Float64Array(2 * points * n);
      for (let j = 0; j < n; j++) {
        fft.sphereToGrid(work, vectors.subarray(2 * n * j, 2 * n * (j + 1)));
        const scale = 1 / Math.sqrt(lattice.volume);
        for (let r = 0; r < 2 * points; r++) panel[2 * points * j + r] = scale * work[r]!;
      }
      orbitals.push(panel);
      return { weight: kpoint.weight, eigenvalues: values.slice() };
    });
  });
  return { basis, levels, occupation: occupy(model, levels), orbitals };
}

/** Returns Σ_k Σ_n w_nk |ψ_nk(r)|², shape [N]. */
export function denseDensity(
  { basis, orbitals }: DenseStates,
  weights: readonly ArrayLike<number>[],
): RealField {
  const { points } = basis.grid;
  const rho = newRealField(points);
  orbitals.forEach((panel, k) => {
    const w = weights[k]!;
    for (let n = 0; n < w.length; n++) {
      if (w[n] === 0) continue;
      const at = 2 * points * n;
      for (let r = 0; r < points; r++)
        rho[r]! += w[n]! * (panel[at + 2 * r]! ** 2 + panel[at + 2 * r + 1]! ** 2);
    }
  });
  return rho;
}

/**
 * Returns χ₀ as a matrix, by the sum over all states [Adl62; Wis63]:
 *
 *   δρ(r) = Σ_r′ X(r, r′) δV(r′),
 *   X(r, r′) = dvol Σ_k w Σ_nm (f_n − f_m)/(ε_n − ε_m) ψ̄_n(r) ψ_m(r) ψ̄_m(r′) ψ_n(r′)
 *              + dvol D(r) D(r′)/∫D
 *
 * The last term is the shift of the Fermi level, D(r) = −Σ w f′ |ψ|². X is symmetric, not positive,
 * and maps constants to zero; on the exact-product grid it is the derivative of the discretised
 * density to rounding.
 *
 * @returns shape [N·N], [Ha⁻¹ bohr⁻³].
 */
export function denseChi0(kernels: Kernels, states: DenseStates): Float64Array {
  const { basis, levels, occupation, orbitals } = states;
  const { points, dvol } = basis.grid;
  const law = lawOf(states);
  const out = new Float64Array(points * points);
  kernels.scratch((take) => {
    const width = 128;
    const panel = take(2 * points * width);
    const product = take(2 * points * points);
    let held = 0;
    let sign = -1;
    const flush = () => {
      if (held === 0) return;
      kernels.gemm("N", "C", points, points, held, sign, panel, points, panel, points, 0, product, points);
      for (let i = 0; i < out.length; i++) out[i]! += product[2 * i]!;
      held = 0;
    };
    // Columns √|2 w q| ψ̄_n ψ_m of pairs n ≤ m; the real part of their products sums both orders.
    for (const wanted of [-1, 1]) {
      sign = wanted;
      orbitals.forEach((psi, k) => {
        const { weight, eigenvalues: e } = levels[k]!;
        const f = occupation.occupations[k]!;
        for (let n = 0; n < e.length; n++)
          for (let m = n; m < e.length; m++) {
            const q = occupationQuotient(law, e[n]!, f[n]!, e[m]!, f[m]!) * (n === m ? 1 : 2);
            if (!(q * sign > 1e-18)) continue;
            const scale = Math.sqrt(weight * dvol * Math.abs(q));
            for (let r = 0; r < points; r++) {
              const a = psi[2 * (r + points * n)]!;
              const b = psi[2 * (r + points * n) + 1]!;
              const c = psi[2 * (r + points * m)]!;
              const d = psi[2 * (r + points * m) + 1]!;
              panel[2 * (r + points * held)] = scale * (a * c + b * d);
              panel[2 * (r + points * held) + 1] = scale * (a * d - b * c);
            }
            if (++held === width) flush();
          }
      });
      flush();
    }
  });
  if (law.temperature > 0) addLevelShift(out, states, law);
  return out;
}

function addLevelShift(out: Float64Array, states: DenseStates, law: OccupationLaw): void {
  const { points, dvol } = states.basis.grid;
  const d = denseDensity(
    states,
    states.levels.map(({ weight, eigenvalues }) => eigenvalues.map((e) => -weight * occupationSlope(law, e))),
  );
  const total = dvol * d.reduce((sum, x) => sum + x, 0);
  if (!(total > 0)) return;
  for (let j = 0; j < points; j++)
    for (let i = 0; i < points; i++) out[i + points * j]! += (dvol * d[i]! * d[j]!) / total;
}
