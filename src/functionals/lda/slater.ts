import type { Functional } from "../functional.ts";
import { DENSITY_THRESHOLD } from "./uniform-gas.ts";

const C_X = -0.75 * (3 / Math.PI) ** (1 / 3);

/** Slater exchange [Dir30]: e = −¾ (3/π)^{1/3} ρ^{4/3} without spin, ½ e(2ρ↑) + ½ e(2ρ↓) with. */
export const ldaX: Functional = {
  name: "lda_x",
  kind: "lda",
  evaluate(nSpin, rho, _sigma, { energy, vrho }) {
    const n = energy.length;
    for (let s = 0; s < nSpin; s++)
      for (let r = 0; r < n; r++) {
        const density = nSpin * rho[s * n + r]!;
        if (!(density >= DENSITY_THRESHOLD)) continue;
        const cubeRoot = Math.cbrt(density);
        energy[r]! += C_X * rho[s * n + r]! * cubeRoot;
        vrho[s * n + r]! += (4 / 3) * C_X * cubeRoot;
      }
  },
};
