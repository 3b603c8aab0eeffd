import { type Gradient, gradientOn, newVectorField } from "../../basis/gradient.ts";
import type { Grid } from "../../basis/grid.ts";
import type { Symmetrize } from "../../basis/symmetrize.ts";
import { requireInput } from "../../common/failure.ts";
import { addIdentity, addMatrices, addOuter, newTensor, type Tensor, toMatrix } from "../../common/tensor.ts";
import type { Functional } from "../../functionals/functional.ts";
import {
  dotReal,
  newRealField,
  type ReadonlyRealField,
  type RealField,
  spinComponent,
  sumReal,
} from "../../kernels/fields.ts";
import { type CoreCorrection, withCore } from "../core-correction/core-correction.ts";
import type { DensityTerm, Evaluation } from "../term.ts";
import { dotFields, SPIN_PAIRS, xcKernel } from "./xc-kernel.ts";

export interface ExchangeCorrelationOptions {
  /** Core density added to the valence density. Default none. */
  readonly core?: CoreCorrection | null;
  /** Mean over a space group, needed if not all operations map grid points to grid points. */
  readonly symmetrize?: Symmetrize | undefined;
}

/**
 * Exchange-correlation energy on the grid. With n = ρ_s, σ_st = ∇ρ_s · ∇ρ_t and t the other spin
 * [WB94]
 *
 *   E = dvol Σ_r e(ρ, σ),   V_s = ∂e/∂ρ_s − ∇·(2 ∂e/∂σ_ss ∇ρ_s + ∂e/∂σ_st ∇ρ_t)
 *
 * (without spin V = ∂e/∂ρ − 2 ∇·(∂e/∂σ ∇ρ)). The gradient is the discrete one of the grid, real and
 * minus its own adjoint; therefore V is the exact derivative of E on the grid, not only in the
 * continuum limit. At fixed Ωρ and fixed values of the core at the grid points (the stress of the
 * core is separate)
 *
 *   σ = (1/Ω) [1 (E − ∫ V ρ) − Σ_st ∫ ∂e/∂σ_st (∇ρ_s ∇ρ_tᵀ + ∇ρ_t ∇ρ_sᵀ)]
 *
 * E depends on the position of the grid, so a translation by a fraction of its spacing is not a
 * symmetry of E. The mean Ē(ρ) of E(Sρ) over a space group is symmetric; for invariant densities it
 * equals E(ρ) with the averaged potential.
 *
 * @param functionals their energies are added; at least one.
 * @throws InputError for an empty list; without exchange-correlation the term is left out.
 */
export function exchangeCorrelation(
  grid: Grid,
  functionals: readonly Functional[],
  nSpin: 1 | 2,
  { core = null, symmetrize = () => {} }: ExchangeCorrelationOptions = {},
): DensityTerm {
  requireInput(
    functionals.length > 0,
    () => "exchangeCorrelation: needs at least one functional, got none; leave the term out instead",
  );
  const { points, dvol } = grid;
  const energyDensity = newRealField(points);
  const gradient = functionals.some((f) => f.kind === "gga") ? gradientOn(grid) : null;
  const gradients = gradient && gradientPart(points, gradient, nSpin);
  /** Computes energy and ∂e/∂ρ, with ∂e/∂σ in `gradients`. */
  const functionalAt = (valence: ReadonlyRealField) => {
    const rho = withCore(valence, core?.density ?? null, nSpin);
    const slope = newRealField(nSpin * points);
    energyDensity.fill(0);
    gradients?.prepare(rho);
    for (const functional of functionals) {
      const usesGradient = functional.kind === "gga" && gradients !== null;
      functional.evaluate(nSpin, asFloat64Array(rho), usesGradient ? gradients.sigma : null, {
        energy: energyDensity,
        vrho: slope,
        vsigma: usesGradient ? gradients.vsigma : null,
      });
    }
    return { energy: dvol * sumReal(energyDensity), slope };
  };
  let current: object | undefined;
  const evaluate = (valence: ReadonlyRealField): Evaluation => {
    const { energy, slope } = functionalAt(valence);
    let made = false;
    const evaluation: Evaluation = {
      energy,
      get potential() {
        if (made) return slope;
        if (gradients !== null) {
          if (current !== evaluation) functionalAt(valence); // another density was evaluated since
          current = evaluation;
          gradients.addPotential(slope);
        }
        symmetrize(slope);
        made = true;
        return slope;
      },
    };
    current = evaluation;
    return evaluation;
  };
  return {
    name: "xc",
    isInvariant: true,
    evaluate,
    kernel(valence) {
      const add = xcKernel(functionals, nSpin, withCore(valence, core?.density ?? null, nSpin), gradient);
      return (out, deltaRho) => {
        const part = newRealField(out.length);
        add(part, deltaRho);
        symmetrize(part);
        for (let r = 0; r < out.length; r++) out[r]! += part[r]!;
      };
    },
    ...(core === null ? {} : { forces: ({ rho }) => core.forces(evaluate(rho).potential) }),
    stress({ rho: valence }) {
      const { energy, slope: potential } = functionalAt(valence);
      current = undefined;
      const out = newTensor();
      gradients?.addStrain(out);
      gradients?.addPotential(potential);
      for (let c = 0; c < 9; c++) out[c]! *= dvol;
      addIdentity(out, energy - dvol * dotReal(potential, valence));
      const own = toMatrix(out, 1 / grid.lattice.volume);
      return core === null ? own : addMatrices(own, core.stress(potential));
    },
  };
}

/** A Float64Array behind a read-only view, for functionals, which only read their arguments. */
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

function gradientPart(points: number, derivative: Gradient, nSpin: 1 | 2): GradientPart {
  const field = newRealField(points);
  const gradient = Array.from({ length: nSpin }, () => newVectorField(points));
  const pairs = SPIN_PAIRS[nSpin];
  const sigma = newRealField(pairs.length * points);
  const vsigma = new Float64Array(pairs.length * points);

  return {
    sigma,
    vsigma,
    prepare(rho) {
      vsigma.fill(0);
      gradient.forEach((ofSpin, s) => {
        derivative.into(ofSpin, spinComponent(rho, s, points));
      });
      pairs.forEach(([s, t], pair) => {
        dotFields(gradient[s]!, gradient[t]!, spinComponent(sigma, pair, points));
      });
    },
    addStrain(out) {
      pairs.forEach(([s, t], pair) => {
        const [[ax, ay, az], [bx, by, bz]] = [gradient[s]!, gradient[t]!];
        for (let r = 0; r < points; r++) {
          const v = vsigma[pair * points + r]!;
          const x = ax![r]!;
          const y = ay![r]!;
          const z = az![r]!;
          const u = bx![r]!;
          const v2 = by![r]!;
          const w = bz![r]!;
          // a bᵀ + b aᵀ = ½ [(a + b)(a + b)ᵀ − (a − b)(a − b)ᵀ]
          addOuter(out, -0.5 * v, x + u, y + v2, z + w);
          if (s !== t) addOuter(out, 0.5 * v, x - u, y - v2, z - w);
        }
      });
    },
    addPotential(potential) {
      gradient.forEach((ofSpin, s) => {
        const own = vsigma.subarray(2 * s * points, (2 * s + 1) * points);
        const mixed = vsigma.subarray(points, 2 * points);
        derivative.divergenceInto(field, (c) => {
          const a = ofSpin[c]!;
          for (let r = 0; r < points; r++) field[r] = 2 * own[r]! * a[r]!;
          if (nSpin === 2) {
            const b = gradient[1 - s]![c]!;
            for (let r = 0; r < points; r++) field[r]! += mixed[r]! * b[r]!;
          }
          return field;
        });
        const v = spinComponent(potential, s, points);
        for (let r = 0; r < points; r++) v[r]! -= field[r]!;
      });
    },
  };
}
