import { type Case, compareBackends, randomArray } from "../harness/case.ts";
import { SLAB, slabSphere } from "./slab-sphere.ts";

export const applyPotential: Case = {
  name: "apply-potential",
  why: "V on a panel of bands through pruned transforms is the inner loop of every calculation.",
  run(backends, report) {
    const index = slabSphere();
    const n = index.length;
    const [nx, ny, nz] = SLAB.grid;
    const points = nx * ny * nz;
    const variant = `slab, ${n} x ${SLAB.bands}`;
    compareBackends(
      { name: "apply-potential", variant, budget: { seconds: 3, rounds: 5 } },
      backends,
      (kernels) => {
        const fft = kernels.sphereFft(SLAB.grid, index);
        const psi = randomArray(kernels, 2 * n * SLAB.bands, 1);
        const v = randomArray(kernels, points, 2);
        const hpsi = kernels.alloc(2 * n * SLAB.bands);
        return () => fft.applyPotential(hpsi, psi, v, SLAB.bands);
      },
    ).forEach(report);
    compareBackends(
      { name: "accumulate-density", variant, budget: { seconds: 2, rounds: 5 } },
      backends,
      (kernels) => {
        const fft = kernels.sphereFft(SLAB.grid, index);
        const psi = randomArray(kernels, 2 * n * SLAB.bands, 1);
        const w = kernels.alloc(SLAB.bands).fill(1);
        const rho = kernels.alloc(points);
        return () => fft.accumulateDensity(rho, psi, w, SLAB.bands);
      },
    ).forEach(report);
  },
};
