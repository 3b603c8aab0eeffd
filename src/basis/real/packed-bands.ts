import type { Arithmetic, SphereFft } from "../../kernels/kernels.ts";
import type { RealBasis } from "./real-basis.ts";

/** What a Hamiltonian and a density need of the transforms between plane waves and the grid. */
export type BandTransforms = Pick<SphereFft, "applyPotential" | "accumulateDensity">;

/** Pairs of bands transformed in one call, so that their copies stay small. */
const BATCH = 16;

/**
 * Makes the transforms of panels of real coefficients, two bands at a time.
 *
 * A potential is real in this basis: with c = U(a + ib), Uᴴ V c = V'a + iV'b. The density of the
 * pack √w₁ ψ₁ + i√w₂ ψ₂ is w₁|ψ₁|² + w₂|ψ₂|² where time reversal makes the orbitals real. Where
 * inversion does, it is that up to a part odd under the inversion, which the average over the
 * crystal's symmetry takes away.
 */
export function packedBands(
  kernels: Arithmetic,
  fft: SphereFft,
  { form, expand, addProjected }: RealBasis,
): BandTransforms {
  const n = fft.planeWaves;
  const ofKernels = fft.realPotential?.(form);
  return {
    applyPotential(out, psi, v, nBands, mayRound) {
      if (ofKernels !== undefined) {
        ofKernels(out, psi, v, nBands, mayRound);
        return;
      }
      const column = (x: Float64Array, j: number) =>
        j < nBands ? x.subarray(n * j, n * (j + 1)) : undefined;
      kernels.scratch((take) => {
        const most = Math.min(BATCH, Math.ceil(nBands / 2));
        const [pack, image] = [take(2 * n * most), take(2 * n * most)];
        for (let first = 0; first < nBands; first += 2 * BATCH) {
          const pairs = Math.min(BATCH, Math.ceil((nBands - first) / 2));
          const part = (x: Float64Array, i: number) => x.subarray(2 * n * i, 2 * n * (i + 1));
          for (let i = 0; i < pairs; i++) {
            const j = first + 2 * i;
            expand(part(pack, i), column(psi, j)!, 1, column(psi, j + 1));
          }
          image.fill(0, 0, 2 * n * pairs);
          fft.applyPotential(image, pack, v, pairs, mayRound);
          for (let i = 0; i < pairs; i++) {
            const j = first + 2 * i;
            addProjected(column(out, j)!, column(out, j + 1), part(image, i));
          }
        }
      });
    },
    accumulateDensity(rho, psi, w, nBands, nSets = 1) {
      const points = fft.size[0] * fft.size[1] * fft.size[2];
      const column = (j: number | undefined) =>
        j === undefined ? undefined : psi.subarray(n * j, n * (j + 1));
      kernels.scratch((take) => {
        const most = Math.min(BATCH, Math.ceil(nBands / 2));
        const [pack, signs] = [take(2 * n * most), take(most)];
        for (let set = 0; set < nSets; set++)
          for (const sign of [1, -1]) {
            const weight = (j: number) => w[nBands * set + j]! * sign;
            const bands = Array.from({ length: nBands }, (_, j) => j).filter((j) => weight(j) > 0);
            signs.fill(sign);
            for (let first = 0; first < bands.length; first += 2 * BATCH) {
              const pairs = Math.min(BATCH, Math.ceil((bands.length - first) / 2));
              for (let i = 0; i < pairs; i++) {
                const [j, l] = [bands[first + 2 * i]!, bands[first + 2 * i + 1]];
                const to = pack.subarray(2 * n * i, 2 * n * (i + 1));
                const second = l === undefined ? 0 : Math.sqrt(weight(l));
                expand(to, column(j)!, Math.sqrt(weight(j)), column(l), second);
              }
              fft.accumulateDensity(rho.subarray(points * set, points * (set + 1)), pack, signs, pairs);
            }
          }
      });
    },
  };
}
