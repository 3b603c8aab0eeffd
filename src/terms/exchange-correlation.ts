import type { Grid } from "../basis/grid.ts";
import { requireInput } from "../common/failure.ts";
import { addIdentity, addOuter, newTensor, type Tensor, toMatrix } from "../common/tensor.ts";
import { rowsVec } from "../common/vec3.ts";
import {
  dotReal,
  type FourierField,
  newFourierField,
  newRealField,
  type ReadonlyRealField,
  type RealField,
  spinComponent,
  sumReal,
} from "../kernels/fields.ts";
import type { Functional } from "../model/functional.ts";
import { withCore } from "./core-density.ts";
import type { DensityTerm } from "./term.ts";

/**
 * Exchange-correlation energy on the grid; with n = ρ_s and σ_st = ∇ρ_s · ∇ρ_t
 *
 *   E = dvol Σ_r e(ρ, σ),      V_s = ∂e/∂ρ_s − ∇·(2 ∂e/∂σ_ss ∇ρ_s + ∂e/∂σ_st ∇ρ_t),  t the other spin [WB94]
 *
 * (without spin V = ∂e/∂ρ − 2 ∇·(∂e/∂σ ∇ρ)). The gradient is the discrete one below, which is real and minus its
 * own adjoint; therefore V is the exact derivative of this E, not only of the continuous one.
 *
 * With Ωρ fixed and the values of the core at its points too (`coreStress` is the rest),
 *
 *   σ = (1/Ω) [1 (E − ∫ V ρ) − Σ_st ∫ ∂e/∂σ_st (∇ρ_s ∇ρ_tᵀ + ∇ρ_t ∇ρ_sᵀ)]
 *
 * @param functionals their energies are added; at least one.
 * @param core density of core electrons [bohr⁻³], shape [N], that is added to ρ, half to each spin; it must not change.
 * @throws InputError for an empty list: a calculation without exchange-correlation leaves this term out.
 */
export function exchangeCorrelation(
  grid: Grid,
  functionals: readonly Functional[],
  nSpin: 1 | 2,
  core: ReadonlyRealField | null = null,
): DensityTerm {
  requireInput(
    functionals.length > 0,
    () => "exchangeCorrelation: needs at least one functional, got none; leave the term out instead",
  );
  const { points, dvol } = grid;
  const energyDensity = newRealField(points);
  const gradients = functionals.some((f) => f.kind === "gga") ? gradientPart(grid, nSpin) : null;
  const term: DensityTerm = {
    name: "xc",
    evaluate(valence) {
      const rho = withCore(valence, core, nSpin);
      const potential = newRealField(nSpin * points);
      energyDensity.fill(0);
      gradients?.prepare(rho);
      for (const functional of functionals) {
        const usesGradient = functional.kind === "gga" && gradients !== null;
        functional.evaluate(nSpin, asFloat64Array(rho), usesGradient ? gradients.sigma : null, {
          energy: energyDensity,
          vrho: potential,
          vsigma: usesGradient ? gradients.vsigma : null,
        });
      }
      gradients?.addPotential(potential);
      return { energy: dvol * sumReal(energyDensity), potential };
    },
    stress(valence) {
      const { energy, potential } = term.evaluate(valence);
      const out = newTensor();
      gradients?.addStrain(out);
      for (let c = 0; c < 9; c++) out[c]! *= dvol;
      addIdentity(out, energy - dvol * dotReal(potential, valence));
      return toMatrix(out, 1 / grid.lattice.volume);
    },
  };
  return term;
}

/** The read-only view of a Float64Array is one; functionals read their arguments only. */
const asFloat64Array = (x: ReadonlyRealField): Float64Array => x as unknown as Float64Array;

interface GradientPart {
  /** σ, shape [N], or [3N] as ↑↑, ↑↓, ↓↓; set by `prepare`. */
  readonly sigma: Float64Array;
  /** ∂e/∂σ of the same shape, zeroed by `prepare`. */
  readonly vsigma: Float64Array;
  prepare(rho: ReadonlyRealField): void;
  /** potential_s ← potential_s − ∇·(2 vsigma_ss ∇ρ_s + vsigma_st ∇ρ_t). */
  addPotential(potential: RealField): void;
  /** out ← out − Σ_r Σ_st vsigma_st (∇ρ_s ∇ρ_tᵀ + ∇ρ_t ∇ρ_sᵀ) at the density of `prepare`. */
  addStrain(out: Tensor): void;
}

function gradientPart(grid: Grid, nSpin: 1 | 2): GradientPart {
  const { points } = grid;
  const derivative = derivativeVectors(grid);
  const spectrum = newFourierField(points);
  const product = newFourierField(points);
  const field = newRealField(points);
  /** ∂_c ρ_s at [3s + c]. */
  const gradient = Array.from({ length: 3 * nSpin }, () => newRealField(points));
  const pairs: readonly (readonly [number, number])[] = nSpin === 1 ? [[0, 0]] : [[0, 0], [0, 1], [1, 1]]; // biome-ignore format: a table
  const sigma = new Float64Array(pairs.length * points);
  const vsigma = new Float64Array(pairs.length * points);

  return {
    sigma,
    vsigma,
    prepare(rho) {
      vsigma.fill(0);
      sigma.fill(0);
      for (let s = 0; s < nSpin; s++) {
        field.set(asFloat64Array(rho).subarray(s * points, (s + 1) * points));
        grid.forward(spectrum, field);
        for (let c = 0; c < 3; c++) {
          product.fill(0);
          addTimesI(product, derivative[c]!, spectrum);
          grid.inverse(gradient[3 * s + c]!, product);
        }
      }
      pairs.forEach(([s, t], pair) => {
        for (let c = 0; c < 3; c++) {
          const [a, b] = [gradient[3 * s + c]!, gradient[3 * t + c]!];
          for (let r = 0; r < points; r++) sigma[pair * points + r]! += a[r]! * b[r]!;
        }
      });
    },
    addStrain(out) {
      pairs.forEach(([s, t], pair) => {
        const components = (spin: number) => [0, 1, 2].map((c) => gradient[3 * spin + c]!);
        const [[ax, ay, az], [bx, by, bz]] = [components(s), components(t)] as [RealField[], RealField[]];
        for (let r = 0; r < points; r++) {
          const v = vsigma[pair * points + r]!;
          const [x, y, z, u, v2, w] = [ax![r]!, ay![r]!, az![r]!, bx![r]!, by![r]!, bz![r]!];
          // a bᵀ + b aᵀ = ½ [(a + b)(a + b)ᵀ − (a − b)(a − b)ᵀ]
          addOuter(out, -0.5 * v, x + u, y + v2, z + w);
          if (s !== t) addOuter(out, 0.5 * v, x - u, y - v2, z - w);
        }
      });
    },
    addPotential(potential) {
      for (let s = 0; s < nSpin; s++) {
        const own = vsigma.subarray(2 * s * points, (2 * s + 1) * points);
        const mixed = vsigma.subarray(points, 2 * points);
        product.fill(0);
        for (let c = 0; c < 3; c++) {
          const a = gradient[3 * s + c]!;
          for (let r = 0; r < points; r++) field[r] = 2 * own[r]! * a[r]!;
          if (nSpin === 2) {
            const b = gradient[3 * (1 - s) + c]!;
            for (let r = 0; r < points; r++) field[r]! += mixed[r]! * b[r]!;
          }
          grid.forward(spectrum, field);
          addTimesI(product, derivative[c]!, spectrum);
        }
        grid.inverse(field, product);
        const v = spinComponent(potential, s, points);
        for (let r = 0; r < points; r++) v[r]! -= field[r]!;
      }
    },
  };
}

/** out(G) ← out(G) + i q(G) f(G). */
function addTimesI(out: FourierField, q: Float64Array, f: FourierField): void {
  for (let g = 0; g < q.length; g++) {
    out[2 * g]! -= q[g]! * f[2 * g + 1]!;
    out[2 * g + 1]! += q[g]! * f[2 * g]!;
  }
}

/**
 * The Cartesian components of G in ∂ → iG, each of shape [N]. At the frequency n/2 of an even axis, which stands for
 * both n/2 and −n/2, the derivative along that axis is 0: the real part that `grid.inverse` takes cancels it. What
 * remains is odd in G, so the gradient of a real field is real and minus its own adjoint on every grid.
 */
function derivativeVectors({ lattice, points, gVectors }: Grid): Float64Array[] {
  const out = [0, 1, 2].map(() => new Float64Array(points));
  for (let g = 0; g < points; g++) {
    const cartesian = rowsVec(lattice.reciprocal, [
      gVectors[3 * g]!,
      gVectors[3 * g + 1]!,
      gVectors[3 * g + 2]!,
    ]);
    for (let c = 0; c < 3; c++) out[c]![g] = cartesian[c]!;
  }
  return out;
}
