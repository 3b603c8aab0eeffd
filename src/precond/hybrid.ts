import type { Grid } from "../basis/grid.ts";
import { valuesOf } from "../common/options.ts";
import type { RealField } from "../kernels/fields.ts";
import { DIELECTRIC_OPTIONS, type DielectricOptions } from "./filters/dielectric.ts";
import { identity } from "./filters/simple.ts";
import { hasStates, requireWidth, windowsAtFermiLevel } from "./ldos.ts";
import { type Localisation, rootOnGrid } from "./localisation.ts";
import type { Iterate, Preconditioner } from "./preconditioner.ts";
import type { ModelSusceptibility, Polarisable } from "./screened-waves.ts";
import { screening } from "./susceptibility.ts";

export interface HybridOptions extends DielectricOptions {
  /** L(r): where the semiconductor or insulator is. Default 1 everywhere. */
  readonly localisation?: Localisation | undefined;
  /** Broadening of the density of states [Ha]. Default `mixingWidth`. */
  readonly width?: number | undefined;
}

/**
 * Preconditioner for metals beside insulators: the metal as `ldos` finds it, with the polarisability of `dielectric`
 * where L(r) says there is such a material [HL21]:
 *
 *   P = 1 − χ̃₀ v,   χ̃₀ = χ̃₀(ldos) − √L C √L,   C(G) = (εr − 1)|G|² / (4π (1 + (εr − 1)|G|²/kTF²))
 *
 * With εr = 1 it is `ldos`; with L = 1 and no states at the Fermi level it is `dielectric`.
 *
 * @throws InputError if an option is out of range.
 */
export function hybrid({ localisation, width, ...options }: HybridOptions = {}): Preconditioner {
  const { epsilonR, kTF } = valuesOf("hybrid", DIELECTRIC_OPTIONS, options);
  requireWidth(width);
  const screen = screening();
  let place: { readonly grid: Grid; readonly root: RealField } | undefined;
  const bound = ({ grid, nSpin }: Iterate, [seen]: readonly RealField[], transposed: boolean) => {
    const states = seen !== undefined && hasStates(seen) ? seen : undefined;
    if (states === undefined && epsilonR === 1) return identity;
    if (localisation !== undefined && place?.grid !== grid)
      place = { grid, root: rootOnGrid(grid, localisation) };
    const polarisable: Polarisable = {
      epsilonR,
      kTF,
      ...(place === undefined ? {} : { rootOfPlace: place.root }),
    };
    const model: ModelSusceptibility = {
      ...(states === undefined ? {} : { states }),
      ...(epsilonR === 1 ? {} : { polarisable }),
    };
    return screen(grid, nSpin, model, transposed);
  };
  return {
    name: `hybrid(epsilonR=${epsilonR}, kTF=${kTF}${localisation === undefined ? "" : ", localised"})`,
    needs: (levels) => windowsAtFermiLevel(levels, width),
    at: (iterate, states) => bound(iterate, states, false),
    transposedAt: (iterate, states) => bound(iterate, states, true),
  };
}
