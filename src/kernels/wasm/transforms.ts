import type { Fft, FftPass, GridSize, SphereFft } from "../kernels.ts";
import type { KernelExports, Pointer } from "./exports.ts";
import { type LinePlan, lineWork } from "./line-plan.ts";
import type { LinearMemory } from "./memory.ts";
import { chunksOf, rangesOf } from "./ranges.ts";
import { spherePlan } from "./sphere-plan.ts";
import type { Runner } from "./team.ts";

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

/** Bands whose densities are summed before they are added to others, for any number of threads. */
const DENSITY_BANDS = 4;
/** Parts of bands for each thread, of which the first that is free takes the next. */
const PARTS_OF_THREAD = 4;

/** Makes transforms pruned to the plane waves at `gridIndex`; threads share a panel's bands. */
export function prunedFft(
  memory: LinearMemory,
  wasm: KernelExports,
  runner: Runner,
  grid: GridSize,
  gridIndex: Int32Array,
  lines: readonly LinePlan[],
): SphereFft {
  const { address, scratch } = memory;
  const points = grid[0] * grid[1] * grid[2];
  const n = gridIndex.length;
  const { pointer, single, isGridOrder, work } = spherePlan(memory, grid, gridIndex, lines);
  const { size, run } = runner;
  const bandBytes = 16 * n;
  // A packed pair of bands, at a cache line.
  const area = 2 * n + 8;
  /** Hands the potential in the plan's order and work memory for all threads to `body`. */
  const withPotential = (
    v: Float64Array,
    workOfThread: number,
    body: (ordered: Pointer, free: Pointer) => void,
  ) => {
    const potential = address(v, points, "applyPotential");
    scratch((take) => {
      const ordered = isGridOrder ? potential : take(points).byteOffset;
      if (!isGridOrder) wasm.permuteReal(pointer, ordered, potential, true);
      body(ordered, take(size * workOfThread).byteOffset);
    });
  };
  return {
    size: grid,
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
    applyPotential(hpsi, psi, v, nBands, mayRound = false) {
      const to = address(hpsi, 2 * n * nBands, "applyPotential");
      const from = address(psi, 2 * n * nBands, "applyPotential");
      const workOfPart = work + (mayRound ? 2 * area : 0);
      withPotential(v, workOfPart, (ordered, free) => {
        const parts = rangesOf(nBands, PARTS_OF_THREAD * size, mayRound ? 2 : 1).map(([first, count]) => {
          const [panel, image] = [from + bandBytes * first, to + bandBytes * first];
          return mayRound
            ? [single, n, image, panel, ordered, count, free]
            : [pointer, image, panel, ordered, bandBytes, count, free];
        });
        const name = mayRound ? "applySinglePotential" : "applyPotential";
        run(name, parts, { at: 6, bytes: 8 * workOfPart });
      });
    },
    realPotential(form) {
      const isPhase = "phase" in form;
      const held = memory.alloc(isPhase ? 2 * n : Math.ceil(n / 2));
      if (isPhase) held.set(form.phase);
      else new Int32Array(held.buffer, held.byteOffset, n).set(form.partner);
      return (hpsi, psi, v, nBands, mayRound = false) => {
        const to = address(hpsi, n * nBands, "applyPotential");
        const from = address(psi, n * nBands, "applyPotential");
        const workOfPart = work + (mayRound ? 4 : 2) * area;
        withPotential(v, workOfPart, (ordered, free) => {
          const parts = rangesOf(nBands, PARTS_OF_THREAD * size, mayRound ? 4 : 2).map(([first, count]) => [
            ...[mayRound ? single : pointer, held.byteOffset, Number(isPhase), n],
            ...[to + 8 * n * first, from + 8 * n * first, ordered, count, free],
          ]);
          const name = mayRound ? "applySingleRealPotential" : "applyRealPotential";
          run(name, parts, { at: 8, bytes: 8 * workOfPart });
        });
      };
    },
    accumulateDensity(rho, psi, w, nBands, nSets = 1) {
      const to = address(rho, points * nSets, "accumulateDensity");
      const from = address(psi, 2 * n * nBands, "accumulateDensity");
      const weights = address(w, nBands * nSets, "accumulateDensity");
      scratch((take) => {
        const free = take(size * work).byteOffset;
        const chunks = chunksOf(nBands, DENSITY_BANDS);
        const sums = chunks.slice(0, size).map(() => take(points * nSets));
        for (let chunk = 0; chunk < chunks.length; chunk += size) {
          const now = chunks.slice(chunk, chunk + size);
          const parts = now.map(([first, count], i) => [
            ...[pointer, sums[i]!.fill(0).byteOffset, from + bandBytes * first, weights + 8 * first],
            ...[nBands, bandBytes, count, nSets, free],
          ]);
          run("accumulateDensity", parts, { at: 8, bytes: 8 * work });
          for (let i = 0; i < now.length; i++)
            for (let s = 0; s < nSets; s++)
              wasm.permuteReal(pointer, sums[i]!.byteOffset + 8 * points * s, to + 8 * points * s, false);
        }
      });
    },
  };
}
