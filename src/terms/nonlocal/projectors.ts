import { nonlocalChannels, projectorFourier } from "../../atoms/pseudopotential-formulas.ts";
import type { KPoint } from "../../basis/kpoint.ts";
import type { RealBasis } from "../../basis/real/real-basis.ts";
import { sphericalHarmonic } from "../../common/special/spherical-harmonics.ts";
import type { Vec3 } from "../../common/vec3.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { Lattice } from "../../model/lattice.ts";
import type { Atom, Species } from "../../model/model.ts";

/** The nonlocal potential at one k-point, V = P D Pᴴ with a diagonal D. */
export interface NonlocalProjectors {
  /** Number of projectors, over all atoms. */
  readonly count: number;
  /** P: panel [planeWaves × count], ⟨k+G|p⟩ with e^{−i(k+G)R}; real numbers in a real basis. */
  readonly projectors: Float64Array;
  /** Diagonal of D [Ha], shape [count]. */
  readonly coupling: Float64Array;
  /** Index of the atom of each projector, shape [count]. */
  readonly atomOf: Int32Array;
  /**
   * In a real basis by inversion: the column of the same projector of the atom at 2t − τ, of each
   * column. Where the two differ they are x and y of q = (x + iy)/√2, that of the earlier atom.
   */
  readonly imageOf?: Int32Array | undefined;
}

/** A channel l in the eigenbasis of its coupling matrix h^l, in which projectors do not couple. */
interface Channel {
  readonly l: number;
  readonly values: Float64Array;
  /** u[i][a]: weight of radial projector i in combined projector a. */
  readonly vectors: readonly (readonly number[])[];
}

/**
 * Builds P and D for all atoms: h^l = U Λ Uᵀ, projectors p_a = Σ_i U_ia p_i, D = Λ [HGH98 eq. 4].
 *
 *   ⟨k+G|p_a^{lm}⟩ = (−i)^l Σ_i U_ia P_i^l(|k+G|) Y_lm(k+G) e^{−i(k+G)R} / √Ω
 *
 * @param real basis of real coefficients, in which P is then given.
 */
export function nonlocalProjectors(
  kernels: Kernels,
  { lattice, species, atoms }: { lattice: Lattice; species: readonly Species[]; atoms: readonly Atom[] },
  kpoint: KPoint,
  real?: RealBasis,
): NonlocalProjectors {
  const forms = species.map((kind) => speciesForms(kernels, kind, kpoint));
  const ofAtoms = atoms.flatMap((atom, iAtom) => forms[atom.species]!.map(({ value }) => ({ value, iAtom })));
  const projectors = kernels.alloc((real === undefined ? 2 : 1) * kpoint.planeWaves * ofAtoms.length);
  if (real === undefined) fillPanel(projectors, { lattice, atoms }, kpoint, forms);
  else fillRealPanel(projectors, { lattice, atoms }, kpoint, forms, real);
  const coupling = kernels.alloc(ofAtoms.length);
  coupling.set(ofAtoms.map(({ value }) => value));
  return {
    count: ofAtoms.length,
    projectors,
    coupling,
    atomOf: Int32Array.from(ofAtoms, ({ iAtom }) => iAtom),
    imageOf: real?.imageOf && imageColumns(ofAtoms, real.imageOf),
  };
}

/** Returns the column of the atom at 2t − τ for each column; those of an atom are neighbours. */
function imageColumns(
  columns: readonly { readonly iAtom: number }[],
  imageOf: readonly number[],
): Int32Array {
  const firstOf = new Map<number, number>();
  columns.forEach(({ iAtom }, column) => {
    if (!firstOf.has(iAtom)) firstOf.set(iAtom, column);
  });
  return Int32Array.from(
    columns,
    ({ iAtom }, column) => column - firstOf.get(iAtom)! + firstOf.get(imageOf[iAtom]!)!,
  );
}

/** Form factor of a projector without phases: real, shape [planeWaves]. */
export interface ProjectorForm {
  readonly l: number;
  readonly form: Float64Array;
}

/** panel ← (−i)^l form e^{−i(k+G)R}/√Ω, projectors ordered by atom. */
export function fillPanel(
  panel: Float64Array,
  { lattice, atoms }: { lattice: Lattice; atoms: readonly Atom[] },
  kpoint: KPoint,
  formsOf: readonly (readonly ProjectorForm[])[],
): void {
  const n = kpoint.planeWaves;
  const scale = 1 / Math.sqrt(lattice.volume);
  let column = 0;
  for (const atom of atoms) {
    const phase = structureFactor(kpoint, atom.position);
    for (const { l, form } of formsOf[atom.species]!) {
      // (−i)^l = c + i s
      const c = [1, 0, -1, 0][l % 4]! * scale;
      const s = [0, -1, 0, 1][l % 4]! * scale;
      const out = panel.subarray(2 * n * column, 2 * n * (column + 1));
      for (let g = 0; g < n; g++) {
        const re = phase[2 * g]!;
        const im = phase[2 * g + 1]!;
        out[2 * g] = form[g]! * (c * re - s * im);
        out[2 * g + 1] = form[g]! * (c * im + s * re);
      }
      column++;
    }
  }
}

/**
 * panel ← real columns of the same operator P D Pᴴ. With q = Uᴴp, columns of time reversal are
 * real. Under inversion the column of the atom at 2t − τ is q̄ up to a phase, and q qᴴ + q̄ q̄ᴴ =
 * x xᵀ + y yᵀ with x + iy = √2 q; an atom that is its own image has a real q up to a phase.
 */
function fillRealPanel(
  panel: Float64Array,
  { lattice, atoms }: { lattice: Lattice; atoms: readonly Atom[] },
  kpoint: KPoint,
  formsOf: readonly (readonly ProjectorForm[])[],
  real: RealBasis,
): void {
  const n = kpoint.planeWaves;
  const firstOf: number[] = [];
  let columns = 0;
  for (const { species } of atoms) {
    firstOf.push(columns);
    columns += formsOf[species]!.length;
  }
  const complex = new Float64Array(2 * n * Math.max(...formsOf.map((forms) => forms.length)));
  const y = new Float64Array(n);
  atoms.forEach((atom, a) => {
    const image = real.imageOf?.[a] ?? a;
    if (image < a) return; // made with its partner
    fillPanel(complex, { lattice, atoms: [atom] }, kpoint, formsOf);
    for (let i = 0; i < formsOf[atom.species]!.length; i++) {
      const column = (of: number) => {
        const at = n * (firstOf[of]! + i);
        return panel.subarray(at, at + n).fill(0);
      };
      const p = complex.subarray(2 * n * i, 2 * n * (i + 1));
      const x = column(a);
      if (image !== a) real.addProjected(x, column(image), p, Math.SQRT2);
      else if (real.kind === "time-reversal") real.addProjected(x, undefined, p);
      else {
        real.addProjected(x, y.fill(0), p);
        makeReal(x, y);
      }
    }
  });
}

/** x ← the real vector of which x + iy is e^{iφ} times: Σ(x + iy)² = e^{2iφ}‖·‖². */
function makeReal(x: Float64Array, y: Float64Array): void {
  let [re, im] = [0, 0];
  for (let g = 0; g < x.length; g++) {
    re += x[g]! ** 2 - y[g]! ** 2;
    im += 2 * x[g]! * y[g]!;
  }
  const phi = Math.atan2(im, re) / 2;
  const [c, s] = [Math.cos(phi), Math.sin(phi)];
  for (let g = 0; g < x.length; g++) x[g] = c * x[g]! + s * y[g]!;
}

/** Returns real form factors Σ_i U_ia P_i(|k+G|) Y_lm(k+G) of all projectors of one species. */
function speciesForms(kernels: Kernels, { pseudopotential }: Species, kpoint: KPoint) {
  const n = kpoint.planeWaves;
  return diagonalChannels(kernels, pseudopotential).flatMap(({ l, values, vectors }) => {
    const radial = vectors.map((_, i) =>
      Float64Array.from({ length: n }, (__, g) =>
        projectorFourier(pseudopotential, l, i + 1, Math.sqrt(2 * kpoint.kinetic[g]!)),
      ),
    );
    return Array.from({ length: 2 * l + 1 }, (_, im) => im - l).flatMap((m) => {
      const angular = Float64Array.from({ length: n }, (__, g) =>
        sphericalHarmonic(l, m, [
          kpoint.kPlusG[3 * g]!,
          kpoint.kPlusG[3 * g + 1]!,
          kpoint.kPlusG[3 * g + 2]!,
        ]),
      );
      return Array.from(values, (value, a) => {
        const form = new Float64Array(n);
        radial.forEach((p, i) => {
          for (let g = 0; g < n; g++) form[g]! += vectors[i]![a]! * p[g]! * angular[g]!;
        });
        return { l, value, form };
      }).filter(({ value }) => value !== 0);
    });
  });
}

/** Returns the channels of a pseudopotential, each in the basis in which its matrix is diagonal. */
export function diagonalChannels(kernels: Kernels, pseudopotential: Species["pseudopotential"]): Channel[] {
  return nonlocalChannels(pseudopotential).flatMap(({ h }, l) => {
    const n = h.length;
    if (n === 0) return [];
    return kernels.scratch((take) => {
      const [a, v, values] = [take(2 * n * n), take(2 * n * n), take(n)];
      for (let j = 0; j < n; j++)
        for (let i = 0; i < n; i++) {
          a[2 * (i + n * j)] = h[i]![j]!;
          a[2 * (i + n * j) + 1] = 0;
        }
      kernels.eigh(n, a, n, values, v, n);
      // A real matrix has real eigenvectors up to a phase, removed by means of the largest
      // component.
      const vectors = Array.from({ length: n }, () => new Array<number>(n).fill(0));
      for (let j = 0; j < n; j++) {
        let best = 0;
        for (let i = 0; i < n; i++) {
          const size = (k: number) => Math.hypot(v[2 * (k + n * j)]!, v[2 * (k + n * j) + 1]!);
          if (size(i) > size(best)) best = i;
        }
        const re = v[2 * (best + n * j)]!;
        const im = v[2 * (best + n * j) + 1]!;
        const norm = Math.hypot(re, im);
        for (let i = 0; i < n; i++)
          vectors[i]![j] = (v[2 * (i + n * j)]! * re + v[2 * (i + n * j) + 1]! * im) / norm;
      }
      return [{ l, values: values.slice(), vectors }];
    });
  });
}

/** Returns e^{−i(k+G)R} of every plane wave by a table of powers per axis, shape [2·n]. */
export function structureFactor(kpoint: KPoint, position: Vec3): Float64Array {
  const { planeWaves: n, gVectors, k } = kpoint;
  const out = new Float64Array(2 * n);
  let reach = 0;
  for (let i = 0; i < 3 * n; i++) reach = Math.max(reach, Math.abs(gVectors[i]!));
  const tables = position.map((x) => {
    const table = new Float64Array(2 * (2 * reach + 1));
    for (let g = -reach; g <= reach; g++) {
      table[2 * (g + reach)] = Math.cos(2 * Math.PI * g * x);
      table[2 * (g + reach) + 1] = -Math.sin(2 * Math.PI * g * x);
    }
    return table;
  });
  const bloch = 2 * Math.PI * (k[0] * position[0] + k[1] * position[1] + k[2] * position[2]);
  const [kr, ki] = [Math.cos(bloch), -Math.sin(bloch)];
  const [tx, ty, tz] = tables as [Float64Array, Float64Array, Float64Array];
  for (let i = 0; i < n; i++) {
    const x = 2 * (gVectors[3 * i]! + reach);
    const y = 2 * (gVectors[3 * i + 1]! + reach);
    const z = 2 * (gVectors[3 * i + 2]! + reach);
    const ar = kr * tx[x]! - ki * tx[x + 1]!;
    const ai = kr * tx[x + 1]! + ki * tx[x]!;
    const br = ar * ty[y]! - ai * ty[y + 1]!;
    const bi = ar * ty[y + 1]! + ai * ty[y]!;
    out[2 * i] = br * tz[z]! - bi * tz[z + 1]!;
    out[2 * i + 1] = br * tz[z + 1]! + bi * tz[z]!;
  }
  return out;
}
