import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { EV_PER_HARTREE } from "../../src/common/units.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close } from "../close.ts";
import { needs } from "../needs.ts";

const VBC = "/usr/share/espresso/pseudo/Al.pz-vbc.UPF";
const hasUpf = existsSync(VBC);

const SIDE = 7.65 / Math.SQRT2;
const LENGTH = 60;
const LAYERS = 4;
const SLAB = {
  lattice: [
    [SIDE, 0, 0],
    [0, SIDE, 0],
    [0, 0, LENGTH],
  ],
  atoms: Array.from({ length: LAYERS }, (_, i) => ({
    element: "Al",
    position: [(i % 2) / 2, (i % 2) / 2, 0.5 + ((i - (LAYERS - 1) / 2) * 7.65) / 2 / LENGTH],
  })),
};

/*
 * pw.x 6.7 at 20 Ry, grid 15x15x180, k-points 6 6 1 0 0 0, gaussian 0.02 Ry, conv_thr 1e-10, with
 * pp.x (plot_num 11) and average.x: 0.1148096 Ha in the middle of the vacuum, Fermi level -1.2093 eV.
 */
const PRINTED = { rydberg: -16.67101904, workFunction: 0.1148096 * EV_PER_HARTREE + 1.2093 };

describe("four layers of Al(100)", () => {
  test.skipIf(!hasUpf)(
    needs("quantum-espresso-data", hasUpf, "energy and work function are those of pw.x"),
    async () => {
      const { energies, fermiLevel, vacuum, fftSize } = await runScf(
        {
          structure: SLAB,
          pseudopotentials: { Al: VBC },
          functional: ["lda_x", "lda_c_pz"],
          ecut: 10,
          kgrid: [6, 6, 1],
          temperature: 0.01,
          smearing: "gaussian",
        },
        { readText: (path) => readFile(path, "utf8") },
      );
      expect(fftSize).toEqual([15, 15, 180]);
      close(2 * energies.total, PRINTED.rydberg, 1e-6, "energy [Ry]"); // pw.x interpolates its table of the potential
      for (const level of vacuum!.levels)
        close(EV_PER_HARTREE * (level - fermiLevel!), PRINTED.workFunction, 2e-4, "work function [eV]");
      close(vacuum!.slope, 0, 1e-9, "field [Ha/bohr]");
    },
  );
});
