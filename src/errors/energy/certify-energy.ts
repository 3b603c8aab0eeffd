import { requireInput } from "../../common/failure.ts";
import type { Vec3 } from "../../common/vec3.ts";
import {
  add,
  div,
  type Interval,
  interval,
  lowerEnd,
  scale,
  sub,
  upperEnd,
  ZERO,
} from "../../interval/interval.ts";
import { rootAbove } from "../../interval/norms.ts";
import {
  type Above,
  type Below,
  differenceAbove,
  exact,
  maxAbove,
  productAbove,
} from "../../interval/sides.ts";
import type { GridSize, Kernels } from "../../kernels/kernels.ts";
import type { NotCertified } from "../certify/band-enclosure.ts";
import type { BandProposal } from "../certify/certify-bands.ts";
import type { EnclosedProblem } from "../problem/enclosed-hamiltonian.ts";
import type { ExactProblem } from "../problem/exact-problem.ts";
import { filledDensity } from "./filled-density.ts";
import { fillPoint } from "./filled-energy.ts";
import { hartreeFockEnergyBelow, selfRepulsion, type WeightedBands } from "./hartree-fock-energy.ts";
import { ionEnergy } from "./ion-energy.ts";

/** What one k-point of a mesh gives to a proof: bands from below, and the state from above. */
export interface EnergyPoint extends WeightedBands {
  readonly k: Vec3;
  /** Whose first N/2 vectors are filled. */
  readonly trial: Pick<BandProposal["trial"], "cutoff" | "vectors" | "values">;
}

/** A proved interval of a self-consistent energy, and how far the density can be off. */
export interface EnergyEnclosure {
  readonly kind: "bound";
  /** Ends of the interval that holds the least energy of all states [Ha]. */
  readonly lower: Below;
  readonly upper: Above;
  /**
   * ‖ρ* − ρ₀‖ and ‖ρ* − ρ‖ from above [√Ha], ρ* the density of least energy, ρ₀ that whose Hartree
   * potential is stored, ρ that of the trial state; ‖σ‖² = D(σ,σ).
   */
  readonly densityError: Above;
  /** What the width upper − lower consists of [Ha]: an estimate. */
  readonly parts: {
    /** The levels of the state above the lower ends of the bands. */
    readonly bands: number;
    /** ½‖ρ − ρ₀‖². */
    readonly density: number;
    /** The width of what the ions have. */
    readonly ions: number;
  };
}

/** A mesh whose k-points are handed over one by one, as their vectors are large. */
export interface EnergyProof {
  /** @throws InputError for vectors that do not fit */
  add(point: EnergyPoint): void;
  result(): EnergyEnclosure | NotCertified;
}

/**
 * Encloses the self-consistent energy of reduced Hartree-Fock on a k-mesh (docs/bounds.md, Theorems
 * 3 and 4), that of the ions included:
 *
 *   E(γ) = Σ w Tr((h+V₀)γ) − N V_0 − ½‖ρ₀‖² + ½‖ρ−ρ₀‖² + E_ions   for the state γ that is given
 *
 * is not below the least energy, which is above the same without ½‖ρ−ρ₀‖² and with the lower ends
 * of the bands. The distance of the two bounds half the square of either density's error.
 *
 * @param size of the grid for the density, at least `densityGrid` of all orbitals
 * @param mesh how many points the mesh has: the multiplicities' sum
 * @param electrons N, even
 * @throws InputError for other numbers of electrons
 */
export function energyProof(
  kernels: Kernels,
  frozen: Extract<ExactProblem, { kind: "frozen" }>,
  problem: EnclosedProblem,
  { size, mesh, electrons }: { readonly size: GridSize; readonly mesh: number; readonly electrons: number },
): EnergyProof {
  requireInput(
    Number.isInteger(electrons / 2) && electrons > 0,
    () => `electrons: an even number is needed for a state of full levels, got ${electrons}`,
  );
  const density = filledDensity(kernels, size, mesh);
  const ions = ionEnergy(frozen, electrons);
  const levels: WeightedBands[] = [];
  let traces: Interval = ZERO;
  let failure: NotCertified | undefined;
  return {
    add({ k, multiplicity, bands, trial }) {
      requireInput(
        Number.isInteger(multiplicity) && multiplicity > 0,
        () => `multiplicity: a whole number above 0 is needed, got ${multiplicity}`,
      );
      levels.push({ multiplicity, bands });
      const filled = fillPoint(kernels, problem, k, trial, electrons / 2);
      if (filled === undefined) {
        failure ??= {
          kind: "not-certified",
          reason: `the orbitals at k = [${k.join(", ")}] are not certainly independent`,
        };
        return;
      }
      traces = add(traces, scale(2 * multiplicity, filled.trace));
      density.add({ ...filled, multiplicity });
    },
    result() {
      if (failure !== undefined) return failure;
      const sum = levels.reduce((total, { multiplicity }) => total + multiplicity, 0);
      requireInput(
        sum === mesh,
        () => `multiplicities: must add up to the ${mesh} points of the mesh, got ${sum}`,
      );
      const below = hartreeFockEnergyBelow(frozen, levels, electrons);
      if (below.kind !== "bound") return below;
      const distance = productAbove(exact(0.5), density.distance2(frozen));
      const { repulsion } = selfRepulsion(frozen);
      const state = add(sub(div(traces, interval(mesh)), repulsion), interval(distance));
      const gap = maxAbove(exact(0), differenceAbove(upperEnd(state), below.lower));
      return {
        kind: "bound",
        lower: lowerEnd(add(interval(below.lower), ions)),
        upper: upperEnd(add(state, ions)),
        densityError: rootAbove(productAbove(exact(2), gap)),
        parts: { bands: gap - distance, density: distance, ions: ions.hi - ions.lo },
      };
    },
  };
}
