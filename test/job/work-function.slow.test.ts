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

/*
 * pw.x 6.7, tefield and dipfield with edir 3, emaxpos 0.815, eopreg 0.05, eamp 0; 20 Ry, grid 15x15x120, k-points
 * 4 4 1 0 0 0, gaussian 0.02 Ry, conv_thr 1e-10; pp.x (plot_num 11) and average.x: 0.142776 and 0.234195 Ry, Fermi
 * level -2.4345 eV. Its sawtooth falls over a twentieth of the cell, in which there is no density: elsewhere it is ours.
 */
const DIPOLE = {
  rydberg: -9.3707917,
  moment: -0.1064,
  below: 0.142776 * (EV_PER_HARTREE / 2) + 2.4345,
  above: 0.234195 * (EV_PER_HARTREE / 2) + 2.4345,
  forces: [-0.00429577, 0.06560867, -0.0613129],
};

describe("hydrogen on one side of two layers of Al(100)", () => {
  const hydrogen = "/usr/share/espresso/pseudo/H.pz-vbc.UPF";
  test.skipIf(!hasUpf)(
    needs("quantum-espresso-data", hasUpf, "dipole, energy, forces and work functions are those of pw.x"),
    async () => {
      const height = 40;
      const { energies, fermiLevel, vacuum, dipole, forces, fftSize } = await runScf(
        {
          structure: {
            lattice: [[SIDE, 0, 0], [0, SIDE, 0], [0, 0, height]], // biome-ignore format: a matrix
            atoms: [
              { element: "Al", position: [0, 0, 10 / height] },
              { element: "Al", position: [0.5, 0.5, (10 + 7.65 / 2) / height] },
              { element: "H", position: [0.5, 0.5, (10 + 7.65 / 2 + 3.4) / height] },
            ],
          },
          pseudopotentials: { Al: VBC, H: hydrogen },
          functional: ["lda_x", "lda_c_pz"],
          ecut: 10,
          kgrid: [4, 4, 1],
          temperature: 0.01,
          smearing: "gaussian",
          dipoleCorrection: true,
          scf: { tolerance: { density: 1e-8 } },
        },
        { readText: (path) => readFile(path, "utf8") },
      );
      expect(fftSize).toEqual([15, 15, 120]);
      close(2 * energies.total, DIPOLE.rydberg, 1e-6, "energy [Ry]");
      close(dipole!.moment, DIPOLE.moment, 1e-4, "dipole [e bohr]");
      const [below, above] = vacuum!.levels.map((level) => EV_PER_HARTREE * (level - fermiLevel!));
      close(below!, DIPOLE.below, 1e-3, "work function below [eV]");
      close(above!, DIPOLE.above, 1e-3, "work function above [eV]");
      close(vacuum!.slope, 0, 1e-5, "field [Ha/bohr]");
      forces!.forEach(([, , z], i) => void close(2 * z, DIPOLE.forces[i]!, 2e-6, `force ${i} [Ry/bohr]`)); // biome-ignore format: one line
    },
  );
});

test("the dipole correction takes no more steps: its kernel is in the preconditioner", async () => {
  const [layers, height] = [8, 54.6];
  const place = (z: number) => (10 + z) / height;
  const atoms = Array.from({ length: layers }, (_, i) => ({
    element: "Al",
    position: [(i % 2) / 2, (i % 2) / 2, place((i * 7.65) / 2)],
  }));
  const job = {
    structure: {
      lattice: [[SIDE, 0, 0], [0, SIDE, 0], [0, 0, height]], // biome-ignore format: a matrix
      atoms: [...atoms, { element: "H", position: [0, 0, place(((layers - 1) * 7.65) / 2 + 2.5)] }],
    },
    ecut: 5,
    kgrid: [2, 2, 1],
    temperature: 0.01,
    smearing: "gaussian",
    scf: { tolerance: { density: 1e-8 } },
  };
  const without = await runScf(job);
  const corrected = await runScf({ ...job, dipoleCorrection: true });
  // 13 and 13; 16 with the preconditioner of the periodic slab
  expect(corrected.iterations).toBeLessThanOrEqual(without.iterations + 1);
});
