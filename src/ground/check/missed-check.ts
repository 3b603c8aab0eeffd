import type { PlaneWaveBasis } from "../../basis/plane-wave-basis.ts";
import { plural } from "../../common/plural.ts";
import { type RealField, spinComponent } from "../../kernels/fields.ts";
import type { BlockProgress, Orbitals } from "../../parallel/orbitals.ts";
import type { ScfStep } from "../../scf/state.ts";
import type { Check } from "./check.ts";

/** Most plane waves of a k-point whose Hamiltonian is made as a matrix: 64 MB. */
export const MATRIX_WAVES = 2000;

/** Parts of the gap that the residuals of the levels below and above it may have. */
const SURE = { below: 0.1, above: 0.3 };

/** How many levels are known, and σ below which there are no others. */
export interface Split {
  readonly known: number;
  readonly below: number;
}

/**
 * Chooses where to count: in the middle of the largest gap above the occupied levels whose levels
 * are sure, else just below the highest occupied level.
 *
 * @param residuals ‖Hψ − εψ‖ of each level [Ha].
 * @param occupied levels that hold electrons: the first ones.
 */
export function splitOf(energies: Float64Array, residuals: Float64Array, occupied: number): Split {
  const least = Math.max(1, occupied);
  const top = (known: number) => energies.subarray(0, known).reduce((a, b) => Math.max(a, b));
  const worst = (known: number) => residuals.subarray(0, known).reduce((a, b) => Math.max(a, b));
  const gapAbove = (known: number) =>
    energies.subarray(known).reduce((a, b) => Math.min(a, b), Infinity) - top(known);
  let best = { known: least, below: top(least) - Math.max(1e-9, 2 * worst(least)) };
  // Empty levels below occupied ones are missed levels.
  if (gapAbove(least) < 0) return best;
  let widest = 0;
  for (let known = least; known < energies.length; known++) {
    const gap = gapAbove(known);
    const isSure = worst(known) <= SURE.below * gap && residuals[known]! <= SURE.above * gap;
    if (!isSure || gap <= widest) continue;
    widest = gap;
    best = { known, below: top(known) + 0.5 * gap };
  }
  return best;
}

/**
 * Looks in every block for levels below the Fermi level that the orbitals do not have.
 *
 * @param potential V that the orbitals were found in [Ha], shape [nSpin·N].
 * @param splits where to look, one for each block.
 * @param mostWaves most plane waves for a matrix.
 * @param goOn called before each block; what it throws ends the search.
 */
export async function missedCheck(
  { grid, model }: PlaneWaveBasis,
  { levels }: ScfStep,
  orbitals: Orbitals,
  potential: RealField,
  splits: readonly Split[],
  {
    mostWaves,
    onBlock,
    goOn,
  }: {
    readonly mostWaves: number;
    readonly onBlock?: BlockProgress | undefined;
    readonly goOn?: (() => void) | undefined;
  },
): Promise<Check> {
  const { blocks } = orbitals.spec;
  const waves = blocks.map(({ planeWaves }) => planeWaves);
  const [fewest, most] = [Math.min(...waves), Math.max(...waves)];
  const isMatrix = most <= mostWaves;
  const fourier = Array.from({ length: isMatrix ? model.nSpin : 0 }, (_, spin) =>
    grid.toFourier(spinComponent(potential, spin, grid.points)),
  );
  const found = await orbitals.missed(
    potential,
    (index) => {
      goOn?.();
      return {
        known: levels[index]!.eigenvalues.slice(0, splits[index]!.known),
        below: splits[index]!.below,
        fourier: fourier[blocks[index]!.spin],
        seed: 1000 + index,
      };
    },
    onBlock,
  );
  const missed = found.reduce((sum, { count }) => sum + count, 0);
  const open = found.filter(({ isSettled }) => !isSettled).length;
  const where = `at ${plural(blocks.length, "k-point")}${model.nSpin === 2 ? " of a spin" : ""}`;
  const size = `${fewest === most ? most : `${fewest} to ${most}`} plane waves`;
  const how = isMatrix
    ? `negative pivots of H - sigma as a matrix of ${size}`
    : `random start vectors orthogonal to the known ones, in ${size}, more than the ${mostWaves} that are counted with a matrix`;
  const none = isMatrix ? "no level is missing" : "no missing level was found";
  return {
    name: isMatrix ? "levels missed (inertia count)" : "levels missed (random search)",
    value: missed,
    limit: 0,
    why: isMatrix
      ? "a count; sigma lies in a gap above the occupied levels, or just below the highest"
      : "a search; what it finds is missing, finding nothing proves nothing",
    passed: missed === 0 && open === 0,
    text: `${missed === 0 ? none : `${plural(missed, "level")} missing`} below sigma ${where}: ${how}${open > 0 ? `; the search did not settle at ${open} of them` : ""}`,
  };
}
