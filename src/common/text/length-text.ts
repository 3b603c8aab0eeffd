/** Writes a short length in bohr for a message: `3.5e-6 bohr`. */
export const lengthText = (bohr: number): string =>
  `${bohr >= 1e-3 ? bohr.toPrecision(2) : bohr.toExponential(1)} bohr`;
