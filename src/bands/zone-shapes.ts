import type { Vec3 } from "../common/vec3.ts";

/** Special points of a Brillouin zone and the standard path through them [SC10]. */
export interface ZoneTable {
  /** In terms of the standard primitive reciprocal vectors. */
  readonly points: Readonly<Record<string, Vec3>>;
  /** Labels; pieces separated by `|`. */
  readonly path: string;
}

/* Zones whose shape depends on the ratios of the conventional axes' lengths. */

const GAMMA: Vec3 = [0, 0, 0];
const HALF = 0.5;
const QUARTER = 0.25;

export function bodyCentredTetragonal(a: number, c: number): ZoneTable {
  const common = { G: GAMMA, N: [0, HALF, 0], P: [QUARTER, QUARTER, QUARTER], X: [0, 0, HALF] } as const;
  if (c < a) {
    const eta = (1 + (c / a) ** 2) / 4;
    return {
      points: { ...common, M: [-HALF, HALF, HALF], Z: [eta, eta, -eta], Z1: [-eta, 1 - eta, eta] },
      path: "G X M G Z P N Z1 M|X P",
    };
  }
  const eta = (1 + (a / c) ** 2) / 4;
  const zeta = (a / c) ** 2 / 2;
  return {
    points: {
      ...common,
      Sigma: [-eta, eta, eta],
      Sigma1: [eta, 1 - eta, -eta],
      Y: [-zeta, zeta, HALF],
      Y1: [HALF, HALF, -zeta],
      Z: [HALF, HALF, -HALF],
    },
    path: "G X Y Sigma G Z Sigma1 N P Y1 Z|X P",
  };
}

/** Requires a < b < c. */
export function faceCentredOrthorhombic(a: number, b: number, c: number): ZoneTable {
  const common = { G: GAMMA, L: [HALF, HALF, HALF], Y: [HALF, 0, HALF], Z: [HALF, HALF, 0] } as const;
  const [ab, ac] = [(a / b) ** 2, (a / c) ** 2];
  const zeta = (1 + ab - ac) / 4;
  if (ab + ac <= 1) {
    const eta = (1 + ab + ac) / 4;
    return {
      points: {
        ...common,
        A: [HALF, HALF + zeta, zeta],
        A1: [HALF, HALF - zeta, 1 - zeta],
        T: [1, HALF, HALF],
        X: [0, eta, eta],
        X1: [1, 1 - eta, 1 - eta],
      },
      path: "G Y T Z G X A1 Y|T X1|X A Z|L G",
    };
  }
  const delta = (1 + (b / a) ** 2 - (b / c) ** 2) / 4;
  const phi = (1 + (c / b) ** 2 - (c / a) ** 2) / 4;
  return {
    points: {
      ...common,
      C: [HALF, HALF - zeta, 1 - zeta],
      C1: [HALF, HALF + zeta, zeta],
      D: [HALF - delta, HALF, 1 - delta],
      D1: [HALF + delta, HALF, delta],
      H: [1 - phi, HALF - phi, HALF],
      H1: [phi, HALF + phi, HALF],
      X: [0, HALF, HALF],
    },
    path: "G Y C D X G Z D1 H C|C1 Z|X H1|H Y|L G",
  };
}

/** Requires a < b < c. */
export function bodyCentredOrthorhombic(a: number, b: number, c: number): ZoneTable {
  const [ac, bc] = [(a / c) ** 2, (b / c) ** 2];
  const zeta = (1 + ac) / 4;
  const eta = (1 + bc) / 4;
  const delta = (bc - ac) / 4;
  const mu = (ac + bc) / 4;
  return {
    points: {
      G: GAMMA,
      L: [-mu, mu, HALF - delta],
      L1: [mu, -mu, HALF + delta],
      L2: [HALF - delta, HALF + delta, -mu],
      R: [0, HALF, 0],
      S: [HALF, 0, 0],
      T: [0, 0, HALF],
      W: [QUARTER, QUARTER, QUARTER],
      X: [-zeta, zeta, zeta],
      X1: [zeta, 1 - zeta, -zeta],
      Y: [eta, -eta, eta],
      Y1: [1 - eta, eta, -eta],
      Z: [HALF, HALF, -HALF],
    },
    path: "G X L T W R X1 Z G Y S W|L1 Y|Y1 Z",
  };
}

/** Requires a < b; their face is centred. */
export function baseCentredOrthorhombic(a: number, b: number): ZoneTable {
  const zeta = (1 + (a / b) ** 2) / 4;
  return {
    points: {
      G: GAMMA,
      A: [zeta, zeta, HALF],
      A1: [-zeta, 1 - zeta, HALF],
      R: [0, HALF, HALF],
      S: [0, HALF, 0],
      T: [-HALF, HALF, HALF],
      X: [zeta, zeta, 0],
      X1: [-zeta, 1 - zeta, 0],
      Y: [-HALF, HALF, 0],
      Z: [0, 0, HALF],
    },
    path: "G X S R A Z G Y X1 A1 T Y|Z T",
  };
}

/** @param cosine cosine of the angle between the primitive vectors. */
export function rhombohedral(cosine: number): ZoneTable {
  if (cosine > 0) {
    const eta = (1 + 4 * cosine) / (2 + 4 * cosine);
    const nu = 3 / 4 - eta / 2;
    return {
      points: {
        G: GAMMA,
        B: [eta, HALF, 1 - eta],
        B1: [HALF, 1 - eta, eta - 1],
        F: [HALF, HALF, 0],
        L: [HALF, 0, 0],
        L1: [0, 0, -HALF],
        P: [eta, nu, nu],
        P1: [1 - nu, 1 - nu, 1 - eta],
        P2: [nu, nu, eta - 1],
        Q: [1 - nu, nu, 0],
        X: [nu, 0, -nu],
        Z: [HALF, HALF, HALF],
      },
      path: "G L B1|B Z G X|Q F P1 Z|L P",
    };
  }
  // tan²(α/2) = (1 − cos α)/(1 + cos α)
  const eta = (1 + cosine) / (2 * (1 - cosine));
  const nu = 3 / 4 - eta / 2;
  return {
    points: {
      G: GAMMA,
      F: [HALF, -HALF, 0],
      L: [HALF, 0, 0],
      P: [1 - nu, -nu, 1 - nu],
      P1: [nu, nu - 1, nu - 1],
      Q: [eta, eta, eta],
      Q1: [1 - eta, -eta, -eta],
      Z: [HALF, -HALF, HALF],
    },
    path: "G P Z Q G F P1 Q1 L Z",
  };
}
