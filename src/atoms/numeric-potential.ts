import { erf } from "../common/special/erfc.ts";
import type { RadialMesh } from "./radial/radial-mesh.ts";
import type { RadialShape } from "./radial/radial-shape.ts";
import {
  type RadialTransform,
  radialTransform,
  transformAt,
  transformSlopeAt,
} from "./radial/radial-transform.ts";

/** A norm-conserving pseudopotential on a radial mesh, from a UPF or psp8 file. Plain data. */
export interface NumericPotential {
  readonly kind: "numeric";
  /** Chemical symbol. */
  readonly element: string;
  /** The file it came from. */
  readonly name: string;
  /** Z, the number of valence electrons; need not be whole. */
  readonly charge: number;
  /** Of the file's text: tells two potentials of one name apart. */
  readonly digest: string;
  /** The functional as the file writes it, and as libxc names where they are known. */
  readonly functional: { readonly written: string; readonly names: readonly string[] | null };
  /** The cutoff of plane waves that the file suggests [Ha]; left out where it suggests none. */
  readonly suggestedCutoff?: number;
  /** v_loc(r) + Z erf(αr)/r [Ha·bohr³]: without its Coulomb tail. */
  readonly local: RadialTransform;
  /** α [bohr⁻¹]. */
  readonly localScreening: number;
  /** ∫ [v_loc(r) + Z/r] d³r [Ha·bohr³]. */
  readonly localIntegral: number;
  /** By l = 0, 1, …: symmetric coupling matrix h^l [Ha], n × n, and n projectors [bohr^(3/2)]. */
  readonly channels: readonly {
    readonly h: readonly (readonly number[])[];
    readonly projectors: readonly RadialTransform[];
  }[];
  /** Density of the core electrons for exchange and correlation [bohr⁻³]; null without one. */
  readonly core: RadialShape | null;
  /** Density of the valence electrons, a starting guess [bohr⁻³]; null where the file has none. */
  readonly valence: RadialShape | null;
}

/** What a file says, on its mesh, in atomic units. */
export interface RadialContent
  extends Pick<
    NumericPotential,
    "element" | "name" | "charge" | "digest" | "functional" | "suggestedCutoff" | "core" | "valence"
  > {
  readonly localMesh: RadialMesh;
  /** v_loc(r) [Ha], shape [n]. */
  readonly local: Float64Array;
  readonly projectorMesh: RadialMesh;
  /** r·p(r) [bohr^(−1/2)] by angular momentum, with the coupling matrix [Ha]. */
  readonly channels: readonly {
    readonly h: readonly (readonly number[])[];
    readonly projectors: readonly Float64Array[];
  }[];
}

/** Takes the Coulomb tail off and transforms everything to q. */
export function numericPotential(content: RadialContent): NumericPotential {
  const { element, name, charge, digest, functional, localMesh, projectorMesh, core, valence } = content;
  // Where the mesh ends v_loc is −Z/r: there erf(αr) has to be 1. On meshes of 6 bohr and more
  // α = 1, as is usual.
  const localScreening = Math.max(1, 6 / localMesh.r.at(-1)!);
  const shortRange = content.local.map((v, i) => v + charge * erfOverR(localScreening, localMesh.r[i]!));
  return {
    kind: "numeric",
    element,
    name,
    charge,
    digest,
    functional,
    ...(content.suggestedCutoff === undefined ? {} : { suggestedCutoff: content.suggestedCutoff }),
    local: radialTransform(0, localMesh, shortRange),
    localScreening,
    localIntegral: content.local.reduce((sum, v, i) => {
      const r = localMesh.r[i]!;
      return sum + 4 * Math.PI * localMesh.weights[i]! * r * (r * v + charge);
    }, 0),
    channels: content.channels.map(({ h, projectors }, l) => ({
      h,
      projectors: projectors.map((rp) =>
        radialTransform(
          l,
          projectorMesh,
          // R² p has no mass at 0.
          rp.map((value, i) => (projectorMesh.r[i]! > 0 ? value / projectorMesh.r[i]! : 0)),
        ),
      ),
    })),
    core,
    valence,
  };
}

/** erf(αr)/r, 2α/√π at the origin. */
const erfOverR = (a: number, r: number): number => (r > 0 ? erf(a * r) / r : (2 * a) / Math.sqrt(Math.PI));

/**
 * v_loc(q) = ∫ [v_loc(r) + Z erf(αr)/r] e^{−iqr} d³r − (4πZ/q²) e^{−q²/4α²} for q > 0 [Ha·bohr³].
 */
export const numericLocalFourier = ({ charge, local, localScreening }: NumericPotential, q: number): number =>
  transformAt(local, q) - ((4 * Math.PI * charge) / (q * q)) * Math.exp(-((q / (2 * localScreening)) ** 2));

/** dv_loc/dq for q > 0 [Ha·bohr⁴]. */
export function numericLocalFourierDerivative(
  { charge, local, localScreening: a }: NumericPotential,
  q: number,
): number {
  const gaussian = Math.exp(-((q / (2 * a)) ** 2));
  return transformSlopeAt(local, q) + 4 * Math.PI * charge * gaussian * (2 / q ** 3 + 1 / (2 * a * a * q));
}

/**
 * lim_{q→0} v_loc(q) + 4πZ/q² [Ha·bohr³], by the mesh alone as in other codes: a logarithmic mesh
 * starts at r₁ > 0 and leaves out 2πZ r₁², which the erf of v_loc(q) would contain.
 */
export const numericLocalFourierAt0Correction = ({ localIntegral }: NumericPotential): number =>
  localIntegral;
