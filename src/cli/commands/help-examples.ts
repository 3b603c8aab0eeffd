import type { Command } from "commander";

/** What each command is for, by examples: a line to type and what it does. */
const EXAMPLES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  stillwave: [
    ["stillwave scf silicon", "the ground state of a shipped job"],
    ["stillwave new slab Al --layers 8 --out al.json", "a job of your own"],
    ["stillwave estimate al.json", "what it will take"],
    ["stillwave compare al.json", "which mixing converges it best"],
    ["stillwave bands cohen-bergstresser --error-bars --out bars.svg", "bands with guaranteed error bars"],
  ],
  scf: [
    ["stillwave scf silicon", "a shipped job"],
    ["stillwave scf job.json --out result.json --plot scf.svg", "result file and picture of the convergence"],
    ["stillwave scf job.toml --mixing kerker --threads 2", "another mixing than the job's"],
    ["stillwave scf job.json --density rho.cube", "the density for VESTA and others"],
    ["stillwave scf job.json --json > result.json", "for another program"],
    ["stillwave scf job.json --checkpoint job.checkpoint.json", "keep the state, for bands and dos as well"],
    ["stillwave scf job.json --restart job.checkpoint.json", "go on where Ctrl-C stopped"],
  ],
  compare: [
    ["stillwave compare aluminium-slab", "simple, Kerker and LDOS mixing in one table"],
    ["stillwave compare job.json --mixings kerker,ldos --sizes 1,2,4", "how the steps grow with the length"],
    ["stillwave compare job.json --out comparison", "compare.json and compare.svg in a folder"],
  ],
  bands: [
    ["stillwave bands silicon --out bands.svg", "along the usual path of the lattice"],
    ["stillwave bands silicon --path GXWKGL --points 100", "along another path"],
    ["stillwave bands cohen-bergstresser --error-bars --out bars.svg", "with proved intervals"],
    ['stillwave bands silicon --k "0,0,0;0.5,0,0.5"', "at two k-points"],
    ["stillwave bands silicon --ase bands.json", "for ASE's BandStructure.read"],
    [
      "stillwave bands job.json --restart job.checkpoint.json",
      "with the ground state that scf --checkpoint kept",
    ],
  ],
  dos: [
    ["stillwave dos aluminium", "the density of states as a picture in the terminal"],
    ["stillwave dos job.json --plot dos.svg", "as a file"],
  ],
  verify: [
    ["stillwave verify bands.certificate", "prove stored error bars again; 0 only if all of them stand"],
  ],
  dielectric: [
    ["stillwave dielectric aluminium-slab", "eigenvalues, condition number, best damping, rate"],
    [
      "stillwave dielectric aluminium-slab --mixing simple --plot modes.svg",
      "the slowest densities without a preconditioner",
    ],
  ],
  estimate: [
    ["stillwave estimate aluminium-slab-10", "memory, sizes and time on this machine"],
    ["stillwave estimate job.json --threads 1", "with one thread"],
  ],
  new: [
    ["stillwave new bulk GaAs", "print a job for a crystal"],
    [
      "stillwave new slab Al --layers 10 --vacuum 20 --out al.json",
      "write one for a slab, lengths in angstrom",
    ],
    ["stillwave new molecule H2O", "a molecule in a box"],
    ["stillwave new from quartz.cif --functional pbe", "a job around a structure you have"],
  ],
  "new bulk": [
    ["stillwave new bulk Al", "one atom in its primitive cell"],
    ["stillwave new bulk Si --conventional --repeat 2,1,1", "two cubes of eight atoms"],
    ["stillwave new bulk Fe --moment 2.2", "a magnet"],
    ["stillwave new bulk Ga --crystal fcc --a 4.3", "a lattice constant of your own, in angstrom"],
  ],
  "new slab": [
    ["stillwave new slab Al --layers 10 --vacuum 20", "aluminium (100), 20 angstrom of vacuum"],
    ["stillwave new slab Cu --face 111 --repeat 2,2,1", "a larger cell of the (111) surface"],
    ["stillwave new slab Na --layers 6 --vacuum 30 --units bohr", "lengths in bohr"],
  ],
  "new molecule": [["stillwave new molecule H2O --vacuum 8 --functional pbe", "8 angstrom to the next copy"]],
  "new from": [
    ["stillwave new from slab.cif --out slab.json", "a job to start from"],
    ["stillwave new from POSCAR --repeat 2,2,1 --ecut 25", "copies, and another cutoff"],
  ],
  convert: [
    ["stillwave convert quartz.cif quartz.extxyz", "symmetry operations are applied"],
    ["stillwave convert POSCAR big.xsf --repeat 2,2,2", "a supercell"],
    ["stillwave convert job.json POSCAR", "the structure of a job"],
  ],
  schema: [
    ["stillwave schema > stillwave.schema.json", 'then "$schema": "stillwave.schema.json" in a job file'],
  ],
  completion: [
    ['eval "$(stillwave completion bash)"', "in ~/.bashrc; zsh likewise in ~/.zshrc"],
    ["stillwave completion fish > ~/.config/fish/completions/stillwave.fish", "once"],
  ],
  examples: [
    ["stillwave examples", "what there is"],
    ["stillwave examples silicon > job.json", "one as a file to change"],
  ],
  info: [["stillwave info", "what to say when you report a problem"]],
};

/** Adds its examples to the help of every command. */
export function addExamples(program: Command): void {
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap((group) => group.commands),
  ]) {
    const examples = EXAMPLES[pathOf(command, program)] ?? [];
    if (examples.length === 0) continue;
    const lines = examples.map(([line, what]) => `  ${line}\n      ${what}`);
    command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
  }
}

/** `new slab`; the program itself is `stillwave`. */
export function pathOf(command: Command, program: Command): string {
  if (command === program) return program.name();
  return command.parent === program || command.parent === null
    ? command.name()
    : `${pathOf(command.parent, program)} ${command.name()}`;
}
