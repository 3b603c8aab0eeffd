import { gridIndex } from "../../basis/grid.ts";
import { createKPoint, type KPoint } from "../../basis/kpoint.ts";
import type { PlaneWaveBasis } from "../../basis/plane-wave-basis.ts";
import { scale } from "../../common/vec3.ts";
import type { RealField } from "../../kernels/fields.ts";
import { type Orbitals, openOrbitals } from "../../parallel/orbitals.ts";
import type { ScfStep } from "../../scf/state.ts";
import type { BlockExamination } from "../../state/examine-block.ts";
import { type Check, short, upTo } from "./check.ts";

/** Orbitals that are compared. */
const MOST = 4;

/**
 * Checks that conjugate orbitals are eigenvectors at −k, where k stands for both: their residuals
 * in H at −k, made anew, are those at k. It is done at one k-point, the first that is not its own
 * opposite, if there is one.
 *
 * @param examined the blocks in the same potential.
 */
export async function timeReversalCheck(
  { timeReversal, model, grid, ecut }: PlaneWaveBasis,
  { levels }: ScfStep,
  orbitals: Orbitals,
  potential: RealField,
  examined: readonly BlockExamination[],
): Promise<Check[]> {
  const { spec } = orbitals;
  const index = spec.blocks.findIndex(({ k }) => k.some((x) => !Number.isInteger(2 * x)));
  if (!timeReversal || index === -1) return [];
  const count = Math.min(MOST, spec.setup.nBands);
  const block = spec.blocks[index]!;
  const kept = await orbitals.examine(
    potential,
    spec.blocks.map((_, i) => ({ eigenvalues: new Float64Array(0), keep: i === index ? count : 0 })),
  );
  const at = createKPoint(model.lattice, grid.size, ecut, block.k, 1);
  const opposite = createKPoint(model.lattice, grid.size, ecut, scale(-1, block.k), 1);
  const setup = { ...spec.setup, nBands: count };
  const blocks = [{ ...block, k: opposite.k, planeWaves: opposite.planeWaves }];
  const reversed = await openOrbitals({ ...spec, setup, blocks });
  try {
    await reversed.restore([conjugate(at, opposite, grid.size, kept[index]!.kept, count)]);
    const eigenvalues = levels[index]!.eigenvalues.slice(0, count);
    const [there] = await reversed.examine(potential, [{ eigenvalues }]);
    const apart = there!.residualNorms.reduce(
      (most, r, j) => Math.max(most, Math.abs(r - examined[index]!.residualNorms[j]!)),
      0,
    );
    return [
      upTo(
        "time reversal",
        apart,
        1e-11 * (ecut + potential.reduce((most, v) => Math.max(most, Math.abs(v)), 0)),
        "rounding of H psi",
        `conjugate orbitals have the same residuals at -k to ${short(apart)} Ha, tried at k = [${block.k.map((x) => Number(x.toFixed(4))).join(", ")}]`,
      ),
    ];
  } finally {
    await reversed.close();
  }
}

/** Returns ψ* of orbitals at k as orbitals at −k: coefficients c*(−G). */
function conjugate(
  { planeWaves: n, gVectors }: KPoint,
  opposite: KPoint,
  size: readonly [number, number, number],
  panel: Float64Array,
  count: number,
): Float64Array {
  const place = new Map(Array.from(opposite.gridIndex, (index, g) => [index, g]));
  const out = new Float64Array(panel.length);
  for (let g = 0; g < n; g++) {
    const to = place.get(gridIndex(size, -gVectors[3 * g]!, -gVectors[3 * g + 1]!, -gVectors[3 * g + 2]!))!;
    for (let j = 0; j < count; j++) {
      out[2 * (to + n * j)] = panel[2 * (g + n * j)]!;
      out[2 * (to + n * j) + 1] = -panel[2 * (g + n * j) + 1]!;
    }
  }
  return out;
}
