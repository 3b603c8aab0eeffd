import { BOHR_PER_ANGSTROM, EV_PER_HARTREE } from "../common/units.ts";
import { inverse, type Mat3, transpose, type Vec3 } from "../common/vec3.ts";
import { scaleRows } from "../model/structure.ts";

/** What a band structure is made of, in atomic units. */
export interface BandsAlongPath {
  /** Rows with 2π [bohr⁻¹]. */
  readonly reciprocal: Mat3;
  /** [Ha]; what pictures measure from. */
  readonly zero: number;
  readonly path: readonly { readonly label: string; readonly index: number }[];
  readonly kpoints: readonly {
    readonly k: Vec3;
    readonly spin?: 0 | 1;
    readonly bands: readonly { readonly energy: number }[];
  }[];
}

/**
 * Returns the JSON that ASE's `BandStructure.read` takes: energies in eV [spins, k-points, bands],
 * the cell in angstrom, labels as ASE spells them (G for Γ), a comma where the path jumps.
 */
export function aseBandsText({ reciprocal, zero, path, kpoints }: BandsAlongPath): string {
  const spins = [0, 1]
    .map((spin) => kpoints.filter((at) => (at.spin ?? 0) === spin))
    .filter(({ length }) => length > 0);
  const first = spins[0] ?? [];
  const bands = Math.min(...kpoints.map((at) => at.bands.length));
  const energies = spins.flatMap((points) =>
    points.flatMap((at) => at.bands.slice(0, bands).map(({ energy }) => energy * EV_PER_HARTREE)),
  );
  const cell = scaleRows((2 * Math.PI) / BOHR_PER_ANGSTROM, transpose(inverse(reciprocal)));
  const special = Object.fromEntries(
    path.map(({ label, index }) => [plain(label), ndarray([3], first[index]!.k)]),
  );
  const labels = path.map(
    ({ label, index }, i) => `${i > 0 && index === path[i - 1]!.index + 1 ? "," : ""}${plain(label)}`,
  );
  const file = {
    path: {
      kpts: ndarray(
        [first.length, 3],
        first.flatMap(({ k }) => [...k]),
      ),
      special_points: special,
      labelseq: labels.join(""),
      cell: { array: ndarray([3, 3], cell.flat()), __ase_objtype__: "cell" },
      __ase_objtype__: "bandpath",
    },
    energies: ndarray([spins.length, first.length, bands], energies),
    reference: zero * EV_PER_HARTREE,
    __ase_objtype__: "bandstructure",
  };
  return `${JSON.stringify(file)}\n`;
}

const ndarray = (shape: readonly number[], values: readonly number[]) => ({
  __ndarray__: [shape, "float64", values],
});

const plain = (label: string): string =>
  label.replace("Γ", "G").replace(/[₀-₉]/g, (digit) => `${"₀₁₂₃₄₅₆₇₈₉".indexOf(digit)}`);
