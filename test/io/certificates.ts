import { COHEN_BERGSTRESSER_SILICON } from "../../src/atoms/cohen-bergstresser.ts";
import type { Vec3 } from "../../src/common/vec3.ts";
import { exactHamiltonian, levelsWithErrorBars } from "../../src/ground/error-bars.ts";
import { certificateLines } from "../../src/io/certificate/certificate-file.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Model } from "../../src/model/model.ts";

const half = COHEN_BERGSTRESSER_SILICON.latticeConstant / 2;

export const cohenBergstresserModel: Model = {
  lattice: createLattice([[0, half, half], [half, 0, half], [half, half, 0]]), // biome-ignore format: a matrix
  species: [{ element: "Si", pseudopotential: COHEN_BERGSTRESSER_SILICON }],
  atoms: [{ species: 0, position: [1 / 8, 1 / 8, 1 / 8] }, { species: 0, position: [-1 / 8, -1 / 8, -1 / 8] }], // biome-ignore format: two atoms
  electrons: 8,
  smearing: "none",
  temperature: 0,
  nSpin: 1,
};

export const CERTIFICATE_ECUT = 3.5;

/** Lines of a certificate of Cohen-Bergstresser silicon at that cutoff. */
export async function example(kpoints: readonly Vec3[], nBands: number): Promise<string[]> {
  const { certificate } = await levelsWithErrorBars(
    exactHamiltonian(cohenBergstresserModel, undefined),
    kpoints,
    nBands,
    { ecut: CERTIFICATE_ECUT, backend: "wasm", certificate: true },
  );
  const lines: string[] = [];
  for await (const line of certificateLines(certificate!, certificate!.points)) lines.push(line);
  return lines;
}
