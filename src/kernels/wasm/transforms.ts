import type { Fft, FftPass, GridSize, SphereFft } from "../kernels.ts";
import type { KernelExports } from "./exports.ts";
import { type LinePlan, lineWork } from "./line-plan.ts";
import type { LinearMemory } from "./memory.ts";
import { spherePlan } from "./sphere-plan.ts";

const passesOf = (lines: readonly LinePlan[]): FftPass[] => lines.flatMap(({ passes }) => passes);

/** Makes transforms of the whole grid; `lines` are the plans of axes x, y, z. */
export function gridFft(
  { address, scratch }: LinearMemory,
  wasm: KernelExports,
  size: GridSize,
  lines: readonly LinePlan[],
): Fft {
  const numbers = 2 * size[0] * size[1] * size[2];
  const [px, py, pz] = lines.map(({ pointer }) => pointer) as [number, number, number];
  const transform = (sign: -1 | 1) => (out: Float64Array, x: Float64Array) => {
    const [to, from] = [address(out, numbers, "fft"), address(x, numbers, "fft")];
    scratch((take) => wasm.transformGrid(px, py, pz, sign, to, from, take(lineWork(lines)).byteOffset));
  };
  return { size, passes: passesOf(lines), forward: transform(-1), inverse: transform(1) };
}

/** Makes transforms pruned to the plane waves at `gridIndex`. */
export function prunedFft(
  memory: LinearMemory,
  wasm: KernelExports,
  size: GridSize,
  gridIndex: Int32Array,
  lines: readonly LinePlan[],
): SphereFft {
  const { address, scratch } = memory;
  const points = size[0] * size[1] * size[2];
  const n = gridIndex.length;
  const { pointer, isGridOrder, work } = spherePlan(memory, size, gridIndex, lines);
  return {
    size,
    passes: passesOf(lines),
    planeWaves: n,
    sphereToGrid(grid, c) {
      const [to, from] = [address(grid, 2 * points, "sphereToGrid"), address(c, 2 * n, "sphereToGrid")];
      scratch((take) => wasm.sphereToGrid(pointer, to, from, take(work).byteOffset));
    },
    gridToSphere(c, grid) {
      const [to, from] = [address(c, 2 * n, "gridToSphere"), address(grid, 2 * points, "gridToSphere")];
      scratch((take) => wasm.gridToSphere(pointer, to, from, take(work).byteOffset));
    },
    applyPotential(hpsi, psi, v, nBands) {
      const to = address(hpsi, 2 * n * nBands, "applyPotential");
      const from = address(psi, 2 * n * nBands, "applyPotential");
      const potential = address(v, points, "applyPotential");
      scratch((take) => {
        const ordered = isGridOrder ? potential : take(points).byteOffset;
        if (!isGridOrder) wasm.permuteReal(pointer, ordered, potential, true);
        wasm.applyPotential(pointer, to, from, ordered, 16 * n, nBands, take(work).byteOffset);
      });
    },
    accumulateDensity(rho, psi, w, nBands, nSets = 1) {
      const to = address(rho, points * nSets, "accumulateDensity");
      const from = address(psi, 2 * n * nBands, "accumulateDensity");
      const weights = address(w, nBands * nSets, "accumulateDensity");
      scratch((take) => {
        const ordered = isGridOrder ? to : take(points * nSets).fill(0).byteOffset;
        wasm.accumulateDensity(pointer, ordered, from, weights, 16 * n, nBands, nSets, take(work).byteOffset);
        if (isGridOrder) return;
        for (let s = 0; s < nSets; s++)
          wasm.permuteReal(pointer, ordered + 8 * points * s, to + 8 * points * s, false);
      });
    },
  };
}
