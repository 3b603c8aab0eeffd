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
  /** L(r), 1 in the semiconductor or insulator and 0 elsewhere. Default 1 everywhere. */
  readonly localisation?: Localisation | undefined;
  /** Broadening of the density of states [Ha]. Default `mixingWidth`. */
  readonly width?: number | undefined;
}

/**
 * Makes the preconditioner for metals beside insulators: `ldos` with the polarisability of
 * `dielectric` added where L(r) marks a dielectric material [HL21]:
 *
 *   P = 1 − χ̃₀ v,  χ̃₀ = χ̃₀(ldos) − √L C √L,  C(G) = (εr − 1)|G|² / (4π (1 + (εr − 1)|G|²/kTF²))
 *
 * With εr = 1 it is `ldos`; with L = 1 and no states at the Fermi level it is `dielectric`.
 *
 * @throws InputError if an option is out of range.
 *
 * @example
 * ```ts
 * import { densityMixing, hybrid, layer } from "stillwave";
 *
 * // silica below, metal above: the dielectric acts from 0 to 0.4 along the third vector
 * const localisation = layer({ axis: 2, from: 0, to: 0.4 });
 * const method = densityMixing({ preconditioner: hybrid({ epsilonR: 2.1, localisation }) });
 * ```
 */
export function hybrid({ localisation, width, ...options }: HybridOptions = {}): Preconditioner {
  const { epsilonR, kTF } = valuesOf("hybrid", DIELECTRIC_OPTIONS, options);
  requireWidth(width);
  const screen = screening();
  let cached: { readonly grid: Grid; readonly root: RealField } | undefined;
  const bind = ({ grid, nSpin }: Iterate, [found]: readonly RealField[], transposed: boolean) => {
    const states = found !== undefined && hasStates(found) ? found : undefined;
    if (states === undefined && epsilonR === 1) return identity;
    if (localisation !== undefined && cached?.grid !== grid)
      cached = { grid, root: rootOnGrid(grid, localisation) };
    const polarisable: Polarisable = {
      epsilonR,
      kTF,
      ...(cached === undefined ? {} : { rootL: cached.root }),
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
    at: (iterate, states) => bind(iterate, states, false),
    transposedAt: (iterate, states) => bind(iterate, states, true),
  };
}
