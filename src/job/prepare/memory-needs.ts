import { nonlocalChannels } from "../../atoms/pseudopotential-formulas.ts";
import { symmetricGridSize } from "../../basis/grid.ts";
import { functionals } from "../../functionals/functionals.ts";
import type { KpointChoice } from "../../model/kpoint-set.ts";
import type { Model } from "../../model/model.ts";
import type { SymmetryOperation } from "../../model/symmetry.ts";
import { electronsToHold, initialBands } from "../../scf/rules/bands.ts";
import { pastSteps } from "../schema/accelerators.ts";
import type { Job } from "../schema/job.ts";
import type { MemoryNeeds } from "./memory-estimate.ts";

/** The sizes of a ground state that decide how much memory it takes, known before anything is allocated. */
export function memoryNeeds(
  job: Job,
  model: Model,
  operations: readonly SymmetryOperation[],
  choice: KpointChoice,
  threads: number,
): MemoryNeeds {
  const size = job.fftSize ?? symmetricGridSize(model.lattice.vectors, job.ecut, operations);
  const points = "kgrid" in choice ? choice.kgrid[0] * choice.kgrid[1] * choice.kgrid[2] : choice.list.length;
  const isSmeared = job.temperature > 0;
  const projectors = model.atoms.reduce(
    (sum, { species }) =>
      sum +
      nonlocalChannels(model.species[species]!.pseudopotential).reduce(
        (s, { h }, l) => s + (2 * l + 1) * h.length,
        0,
      ),
    0,
  );
  return {
    volume: model.lattice.volume,
    ecut: job.ecut,
    gridPoints: size[0] * size[1] * size[2],
    bands: initialBands(electronsToHold(model), 2 / model.nSpin, isSmeared, job.bands).nBands,
    // A lower bound on the irreducible number: time reversal and the point group at their best.
    kpoints: model.nSpin * Math.ceil(points / (2 * new Set(operations.map((op) => op.rotation.join())).size)),
    projectors,
    spins: model.nSpin,
    hasGradients: functionals(job.functional).some(({ kind }) => kind === "gga"),
    history: pastSteps(job.scf.accelerator),
    threads,
  };
}
