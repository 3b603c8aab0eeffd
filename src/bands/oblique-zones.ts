import { dot, type Mat3, norm, type Vec3 } from "../common/vec3.ts";
import type { ZoneTable } from "./zone-shapes.ts";

/*
 * Zones of monoclinic and triclinic lattices: points and paths of [SC10], tables 16 to 21. The
 * twofold axis is a; b and c span the plane across it, at an angle α < 90°.
 */

const GAMMA: Vec3 = [0, 0, 0];
const HALF = 0.5;

/** Returns lengths and angle of monoclinic axes. */
function shapeOf([a, b, c]: Mat3) {
  return { a: norm(a), b: norm(b), c: norm(c), cos: dot(b, c) / (norm(b) * norm(c)) };
}

export function simpleMonoclinic(axes: Mat3): ZoneTable {
  const { b, c, cos } = shapeOf(axes);
  const sin2 = 1 - cos * cos;
  const eta = (1 - (b * cos) / c) / (2 * sin2);
  const nu = HALF - (eta * c * cos) / b;
  return {
    points: {
      G: GAMMA,
      A: [HALF, HALF, 0],
      C: [0, HALF, HALF],
      D: [HALF, 0, HALF],
      D1: [HALF, 0, -HALF],
      E: [HALF, HALF, HALF],
      H: [0, eta, 1 - nu],
      H1: [0, 1 - eta, nu],
      H2: [0, eta, -nu],
      M: [HALF, eta, 1 - nu],
      M1: [HALF, 1 - eta, nu],
      M2: [HALF, eta, -nu],
      X: [0, HALF, 0],
      Y: [0, 0, HALF],
      Y1: [0, 0, -HALF],
      Z: [HALF, 0, 0],
    },
    path: "G Y H C E M1 A X H1|M D Z|Y D",
  };
}

/** Returns the table for a centred face ab, by the angle of the first two reciprocal vectors. */
export function baseCentredMonoclinic(axes: Mat3): ZoneTable {
  const { a, b, c, cos } = shapeOf(axes);
  const sin2 = 1 - cos * cos;
  // Positive if the first two reciprocal vectors enclose less than 90°: 1/(b sin α)² − 1/a².
  const acute = (a * a) / (b * b * sin2) - 1;
  if (acute <= 1e-9) return firstMonoclinic(a, b, c, cos, acute > -1e-9);
  const ratio = (b * cos) / c + (b * b * sin2) / (a * a) - 1;
  return ratio <= 1e-9 ? thirdMonoclinic(a, b, c, cos, ratio > -1e-9) : fifthMonoclinic(a, b, c, cos);
}

function firstMonoclinic(a: number, b: number, c: number, cos: number, isRight: boolean): ZoneTable {
  const sin2 = 1 - cos * cos;
  const zeta = (2 - (b * cos) / c) / (4 * sin2);
  const eta = HALF + (2 * zeta * c * cos) / b;
  const psi = 3 / 4 - (a * a) / (4 * b * b * sin2);
  const phi = psi + ((3 / 4 - psi) * b * cos) / c;
  return {
    points: {
      G: GAMMA,
      F: [1 - zeta, 1 - zeta, 1 - eta],
      F1: [zeta, zeta, eta],
      F2: [-zeta, -zeta, 1 - eta],
      I: [phi, 1 - phi, HALF],
      I1: [1 - phi, phi - 1, HALF],
      L: [HALF, HALF, HALF],
      M: [HALF, 0, HALF],
      N: [HALF, 0, 0],
      N1: [0, -HALF, 0],
      X: [1 - psi, psi - 1, 0],
      X1: [psi, 1 - psi, 0],
      X2: [psi - 1, -psi, 0],
      Y: [HALF, HALF, 0],
      Y1: [-HALF, -HALF, 0],
      Z: [0, 0, HALF],
    },
    path: isRight ? "G Y F L I|I1 Z F1|N G M" : "G Y F L I|I1 Z F1|Y X1|X G N|M G",
  };
}

function thirdMonoclinic(a: number, b: number, c: number, cos: number, isLimit: boolean): ZoneTable {
  const sin2 = 1 - cos * cos;
  const mu = (1 + (b * b) / (a * a)) / 4;
  const delta = (b * c * cos) / (2 * a * a);
  const zeta = mu - 1 / 4 + (1 - (b * cos) / c) / (4 * sin2);
  const eta = HALF + (2 * zeta * c * cos) / b;
  const phi = 1 + zeta - 2 * mu;
  const psi = eta - 2 * delta;
  return {
    points: {
      ...sharedMonoclinic(mu, delta, zeta, eta),
      F: [1 - phi, 1 - phi, 1 - psi],
      F1: [phi, phi - 1, psi],
      F2: [1 - phi, -phi, 1 - psi],
      I: [HALF, -HALF, HALF],
    },
    path: isLimit ? "G Y F H Z I|H1 Y1 X G N|M G" : "G Y F H Z I F1|H1 Y1 X G N|M G",
  };
}

function fifthMonoclinic(a: number, b: number, c: number, cos: number): ZoneTable {
  const sin2 = 1 - cos * cos;
  const zeta = ((b * b) / (a * a) + (1 - (b * cos) / c) / sin2) / 4;
  const eta = HALF + (2 * zeta * c * cos) / b;
  const mu = eta / 2 + (b * b) / (4 * a * a) - (b * c * cos) / (2 * a * a);
  const nu = 2 * mu - zeta;
  const omega = ((4 * nu - 1 - (b * b * sin2) / (a * a)) * c) / (2 * b * cos);
  const delta = (zeta * c * cos) / b + omega / 2 - 1 / 4;
  const rho = 1 - (zeta * a * a) / (b * b);
  return {
    points: {
      ...sharedMonoclinic(mu, delta, zeta, eta),
      F: [nu, nu, omega],
      F1: [1 - nu, 1 - nu, 1 - omega],
      F2: [nu, nu - 1, omega],
      I: [rho, 1 - rho, HALF],
      I1: [1 - rho, rho - 1, HALF],
      L: [HALF, HALF, HALF],
    },
    path: "G Y F L I|I1 Z H F1|H1 Y1 X G N|M G",
  };
}

const sharedMonoclinic = (mu: number, delta: number, zeta: number, eta: number) =>
  ({
    G: GAMMA,
    H: [zeta, zeta, eta],
    H1: [1 - zeta, -zeta, 1 - eta],
    H2: [-zeta, -zeta, 1 - eta],
    M: [HALF, 0, HALF],
    N: [HALF, 0, 0],
    N1: [0, -HALF, 0],
    X: [HALF, -HALF, 0],
    Y: [mu, mu, delta],
    Y1: [1 - mu, -mu, -delta],
    Y2: [-mu, -mu, -delta],
    Y3: [mu, mu - 1, delta],
    Z: [0, 0, HALF],
  }) as const satisfies ZoneTable["points"];

/**
 * Centres of the zone's faces, for reciprocal vectors at angles of 90° or more with each other and
 * with the negative of their sum; the table for acute angles is this one in other vectors.
 */
export const TRICLINIC: ZoneTable = {
  points: {
    G: GAMMA,
    L: [HALF, HALF, 0],
    M: [0, HALF, HALF],
    N: [HALF, 0, HALF],
    R: [HALF, HALF, HALF],
    X: [HALF, 0, 0],
    Y: [0, HALF, 0],
    Z: [0, 0, HALF],
  },
  path: "X G Y|L G Z|N G M|R G",
};
