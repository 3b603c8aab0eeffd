import type { Functional } from "../functional.ts";
import { DENSITY_THRESHOLD } from "../lda/uniform-gas.ts";

const [A, B, C, D] = [0.04918, 0.132, 0.2533, 0.349] as const;
const KINETIC = 0.3 * (3 * Math.PI * Math.PI) ** (2 / 3);

/**
 * Correlation of Lee, Yang and Parr, with second derivatives of the density integrated by parts
 * [LYP88, Mie89]:
 *
 *   e = A n { −w/(1 + D r) + ω [P |∇n|² + Q(ζ) |∇ρ↑|² + Q(−ζ) |∇ρ↓|²]/n^{8/3}
 *             − ½ C_F ω w [(1 + ζ)^{8/3} + (1 − ζ)^{8/3}] },
 *   r = n^{−1/3},   w = 1 − ζ²,   ω = B e^{−C r}/(1 + D r),   δ = C r + D r/(1 + D r),
 *   P = 2/3 − w (47 − 7δ)/72,
 *   Q(ζ) = w [45 − δ + (δ − 11)(1 + ζ)]/72 − 2/3 + (1 − ζ)²/4
 *
 * Spins that are polarised in full have none.
 */
export const ggaCLyp: Functional = {
  name: "gga_c_lyp",
  kind: "gga",
  evaluate(nSpin, rho, sigma, { energy, vrho, vsigma }) {
    const n = energy.length;
    for (let i = 0; i < n; i++) {
      const up = nSpin === 1 ? rho[i]! / 2 : Math.max(rho[i]!, 0);
      const down = nSpin === 1 ? up : Math.max(rho[n + i]!, 0);
      const density = up + down;
      if (!(density >= DENSITY_THRESHOLD)) continue;
      const zeta = (up - down) / density;
      const r = 1 / Math.cbrt(density);
      const perSigma = r ** 8;
      const a = perSigma * Math.max(nSpin === 1 ? sigma![i]! / 4 : sigma![i]!, 0);
      const b = nSpin === 1 ? a : perSigma * Math.max(sigma![2 * n + i]!, 0);
      const total = nSpin === 1 ? 4 * a : a + b + 2 * perSigma * sigma![n + i]!;

      const w = 1 - zeta * zeta;
      const screening = 1 / (1 + D * r);
      const omega = B * Math.exp(-C * r) * screening;
      const omegaSlope = -omega * (C + D * screening);
      const delta = r * (C + D * screening);
      const deltaSlope = C + D * screening * screening;
      const p = 2 / 3 - (w * (47 - 7 * delta)) / 72;
      const inner = (z: number): number => 45 - delta + (delta - 11) * (1 + z);
      const q = (z: number): number => (w * inner(z)) / 72 - 2 / 3 + (1 - z) ** 2 / 4;
      const qSlope = (z: number): number => (-2 * z * inner(z) + w * (delta - 11)) / 72 - (1 - z) / 2;
      const [plus, minus] = [Math.cbrt(1 + zeta), Math.cbrt(1 - zeta)];
      const powers = plus ** 8 + minus ** 8;
      const [qUp, qDown] = [q(zeta), q(-zeta)];
      const gradients = p * total + qUp * a + qDown * b;
      const kinetic = -0.5 * KINETIC * w * powers;

      const perParticle = A * (-w * screening + omega * (gradients + kinetic));
      const byDelta = (w / 72) * (7 * total + zeta * (a - b));
      const byR =
        A *
        (w * D * screening * screening + omegaSlope * (gradients + kinetic) + omega * deltaSlope * byDelta);
      const kineticByZeta = -0.5 * KINETIC * (-2 * zeta * powers + (8 / 3) * w * (plus ** 5 - minus ** 5));
      const gradientsByZeta = (zeta * (47 - 7 * delta) * total) / 36 + qSlope(zeta) * a - qSlope(-zeta) * b;
      const byZeta = A * (2 * zeta * screening + omega * (gradientsByZeta + kineticByZeta));
      // At fixed ζ and gradients: n dr/dn = −r/3, reduced gradients ∝ n^{−8/3}.
      const common = perParticle - (r / 3) * byR - (8 / 3) * A * omega * gradients;
      const bySigma = A * omega * density * perSigma;

      energy[i]! += density * perParticle;
      vrho[i]! += common + (1 - zeta) * byZeta;
      if (nSpin === 1) vsigma![i]! += bySigma * (p + (qUp + qDown) / 4);
      else {
        vrho[n + i]! += common - (1 + zeta) * byZeta;
        vsigma![i]! += bySigma * (p + qUp);
        vsigma![n + i]! += 2 * bySigma * p;
        vsigma![2 * n + i]! += bySigma * (p + qDown);
      }
    }
  },
};
