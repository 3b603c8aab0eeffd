/**
 * Energy of a crystal as a function of its volume, the Birch-Murnaghan equation of third order: a
 * cubic polynomial in V^(−2/3) [Bir47].
 */
export interface EquationOfState {
  /** Volume of the lowest energy [bohr³]. */
  readonly volume: number;
  /** Lowest energy [Ha]. */
  readonly energy: number;
  /** V·d²E/dV² there [Ha/bohr³]. */
  readonly bulkModulus: number;
  /** dB/dP there. */
  readonly bulkModulusDerivative: number;
  /** Root mean square distance of the given energies from the curve [Ha]. */
  readonly deviation: number;
}

/**
 * Fits an equation of state to energies, by least squares.
 *
 * @param volumes five or more different ones [bohr³].
 * @param energies one for each volume [Ha].
 * @returns nothing where the curve has no minimum between the smallest and the largest volume.
 */
export async function equationOfState(
  volumes: readonly number[],
  energies: readonly number[],
): Promise<EquationOfState | undefined> {
  const { Matrix, solve } = await import("ml-matrix");
  const [smallest, largest] = [Math.min(...volumes), Math.max(...volumes)];
  // u = (V/V₁)^(−2/3) − 1 is small, and energies from their mean keep their digits.
  const middle = (smallest + largest) / 2;
  const mean = energies.reduce((sum, energy) => sum + energy, 0) / energies.length;
  const rows = volumes.map((volume) => {
    const u = (volume / middle) ** (-2 / 3) - 1;
    return [1, u, u * u, u ** 3];
  });
  const column = Matrix.columnVector(energies.map((energy) => energy - mean));
  const [a, b, c, d] = solve(new Matrix(rows), column, true).to1DArray() as [number, number, number, number];

  // E′(u) = b + 2cu + 3du², without cancellation where d is small; E″ = 2c + 6du > 0 at a minimum.
  const root = Math.sqrt(c * c - 3 * b * d);
  const u = -b / (c + root);
  const volume = middle * (1 + u) ** (-3 / 2);
  if (!(root > 0 && volume >= smallest && volume <= largest)) return undefined;
  const second = 2 * root;
  const third = 6 * d;

  // Derivatives by the volume from those by u, with E′(u) = 0.
  const [du, ddu] = [(-2 / 3) * (1 + u), (10 / 9) * (1 + u)]; // V·du/dV and V²·d²u/dV²
  const square = second * du * du; // V²·d²E/dV²
  const cube = third * du ** 3 + 3 * second * du * ddu; // V³·d³E/dV³
  const curve = (row: readonly number[]) => a + b * row[1]! + c * row[2]! + d * row[3]!;
  const squares = rows.map((row, i) => (curve(row) + mean - energies[i]!) ** 2);
  return {
    volume,
    energy: mean + a + u * (b + u * (c + u * d)),
    bulkModulus: square / volume,
    bulkModulusDerivative: -1 - cube / square,
    deviation: Math.sqrt(squares.reduce((sum, each) => sum + each, 0) / energies.length),
  };
}

/** Energy [Ha] at a volume [bohr³]. */
export function energyAtVolume(
  { volume: lowest, energy, bulkModulus, bulkModulusDerivative }: EquationOfState,
  volume: number,
): number {
  const x = (lowest / volume) ** (2 / 3);
  return (
    energy +
    ((9 * lowest * bulkModulus) / 16) * ((x - 1) ** 3 * bulkModulusDerivative + (x - 1) ** 2 * (6 - 4 * x))
  );
}
