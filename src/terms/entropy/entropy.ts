import type { Term } from "../term.ts";

/** −T S of fractional occupations. At fixed occupations it depends on neither atoms nor cell. */
export const entropy: Term = {
  name: "entropy",
  energy: ({ entropyEnergy }) => entropyEnergy,
  stress: () => [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ],
};
