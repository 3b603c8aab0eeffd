import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PYTHON, python } from "../ase.ts";
import { BUILT } from "../built.ts";
import { close } from "../close.ts";
import { needs } from "../needs.ts";

const FOUND = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pymatgen') is None)";
const hasPymatgen = spawnSync(PYTHON, ["-c", FOUND]).status === 0;

test.skipIf(!hasPymatgen)(
  needs("python3-pymatgen", hasPymatgen, "bands, densities of states and structures are read by pymatgen"),
  () => {
    const folder = mkdtempSync(join(tmpdir(), "stillwave-pymatgen-"));
    for (const command of ["bands", "dos"]) {
      const args = [command, "cohen-bergstresser", "--quiet", "--out", join(folder, `${command}.json`)];
      const { status, stderr } = spawnSync(process.execPath, [BUILT.main, ...args], { encoding: "utf8" });
      expect(status, stderr).toBe(0);
    }
    const found = python<{
      formula: string;
      volume: number;
      metal: boolean;
      gap: { energy: number; direct: boolean; transition: string };
      edges: [number, number];
      branches: string[];
      electrons: number;
    }>(
      `
import json, sys
sys.path.insert(0, "python")
import numpy as np
from stillwave_pymatgen import HARTREE, bands_of, dos_of, read, structure_of
file, dosfile = read(sys.argv[1] + "/bands.json"), read(sys.argv[1] + "/dos.json")
bands, dos = bands_of(file), dos_of(dosfile)
edge = lambda band, of: of(at["bands"][band]["energy"] for at in file["kpoints"]) * HARTREE
energies, density = np.array(dos.energies), dos.get_densities()
filled = energies <= dos.efermi + 0.4
print(json.dumps(dict(formula=structure_of(file).composition.reduced_formula, volume=structure_of(file).volume, metal=bool(bands.is_metal()),
    gap=bands.get_band_gap(), edges=[edge(3, max), edge(4, min)], branches=[b["name"] for b in bands.branches],
    electrons=float(np.trapz(density[filled], energies[filled])))))`,
      folder,
    );
    rmSync(folder, { recursive: true });
    expect(found.formula).toBe("Si");
    close(found.volume, 5.43 ** 3 / 4, 0.01, "volume [A^3]"); // 10.26 bohr
    expect(found.metal).toBe(false);
    close(found.gap.energy, found.edges[1] - found.edges[0], 1e-9, "gap [eV]");
    expect(found.gap.direct).toBe(false);
    expect(found.branches.length).toBeGreaterThan(2);
    // Gaussians of the levels, by trapezoids
    close(found.electrons, 8, 0.05, "electrons below the gap");
  },
);
