import type { Term } from "../term.ts";

/**
 * −T S of fractional occupations, which the free energy holds. At fixed occupations it moves
 * neither with atoms nor with the cell.
 */
export const entropy: Term = {
  name: "entropy",
  energy: ({ entropyEnergy }) => entropyEnergy,
  stress: () => [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ],
};
