import { type Command, Option } from "commander";
import type { ExitCode, Host } from "../host.ts";
import { addCheckpointOptions, addComputingOptions } from "../terminal/level.ts";
import type { BandsOptions } from "./bands.ts";
import type { CompareOptions } from "./compare.ts";
import type { DielectricOptions } from "./dielectric.ts";
import type { DosCommandOptions } from "./dos.ts";
import type { EstimateOptions } from "./estimate.ts";
import type { ScfOptions } from "./scf.ts";
import type { VerifyOptions } from "./verify.ts";

/** What a command computes from, says and does. */
interface Computing<Options> {
  readonly description: string;
  /** Default a job. */
  readonly argument?: readonly [name: string, description: string];
  /** Default true. */
  readonly hasThreads?: boolean;
  /** Whether it begins with a self-consistent field that can be kept and gone on with. Default false. */
  readonly iterates?: boolean;
  /** What `--verbose` adds. */
  readonly detail: string;
  /** Loaded when it is called. */
  readonly load: () => Promise<(name: string, options: Options, host: Host) => Promise<ExitCode>>;
}

const JOB = ["<JOB>", "job file, - for standard input, or the name of a shipped job"] as const;

/** The commands that compute: on a job, but for `verify`. */
export function addComputingCommands(program: Command, host: Host, exit: (code: ExitCode) => void): void {
  function add<Options>(
    name: string,
    { description, argument = JOB, hasThreads = true, iterates = false, detail, load }: Computing<Options>,
    withOptions: (command: Command) => Command,
  ): void {
    const command = program
      .command(name)
      .description(description)
      .argument(...argument);
    withOptions(command);
    if (iterates) addCheckpointOptions(command);
    addComputingOptions(command, detail, hasThreads).action(async (given: string, options: Options) => {
      const run = await load();
      exit(await run(given, options, host));
    });
  }

  add<ScfOptions>(
    "scf",
    {
      description: "find the ground state of a job",
      iterates: true,
      detail: "the parts of every step, levels of every k-point and where the time went",
      load: async () => (await import("./scf.ts")).scfCommand,
    },
    (command) =>
      command
        .option("--out <FILE>", "write the result file")
        .option("--json", "print the result file to stdout, and nothing else there")
        .option(
          "--mixing <NAME>",
          "mixing instead of the job's, such as kerker or ldos (a wrong name lists all)",
        )
        .option("--plot <FILE>", "draw the convergence: .svg or .png")
        .option("--plot-density <FILE>", "draw the density: a slice and its plane average")
        .option("--plot-potential <FILE>", "draw the potential that electrons see, likewise")
        .option("--plot-times <FILE>", "draw what each step spent its time on")
        .option("--slice <PLANE>", "slice to draw, such as ca@0.5: vectors c and a at half of b")
        .option("--density <FILE>", "write the density: .cube, .xsf or .npy")
        .option("--potential <FILE>", "write the potential that electrons see, likewise")
        .option("--ldos <FILE>", "write the local density of states at the Fermi level, likewise"),
  );

  add<CompareOptions>(
    "compare",
    {
      description: "a job under several mixings and sizes: how many steps each needs",
      detail: "the steps of every run and what they spent their time on",
      load: async () => (await import("./compare.ts")).compareCommand,
    },
    (command) =>
      command
        .option("--mixings <LIST>", "such as simple,kerker,ldos (the default, and the job's own)")
        .option("--sizes <LIST>", "copies along the long axis, such as 1,2,4 (default 1)")
        .option("--out <DIR>", "folder for compare.json and compare.svg (default the current one)")
        .option("--plot <FILE>", "draw into this file instead of compare.svg: .svg or .png")
        .option("--condition", "add condition numbers of the preconditioned dielectric operator (slow)"),
  );

  add<BandsOptions>(
    "bands",
    {
      description: "band structure of a job's Hamiltonian along a path",
      iterates: true,
      detail: "how long each phase took and the memory",
      load: async () => (await import("./bands.ts")).bandsCommand,
    },
    (command) =>
      command
        .option(
          "--path <LABELS>",
          "special points such as GXLWKG, pieces apart by |; default the lattice's usual path",
        )
        .option("--points <N>", "k-points along the path (default 60)")
        .option("--k <LIST>", 'these k-points instead, such as "0.5,0,0.5;0,0,0"')
        .option(
          "--bands <N>",
          "lowest bands at each k-point (default 8, at least four beyond the filled ones)",
        )
        .option("--error-bars", "guaranteed intervals around the energies")
        .option(
          "--accuracy <HA>",
          "width in Ha that the intervals should have, such as 1e-6 (with --error-bars)",
        )
        .option("--out <FILE>", "write a picture or the numbers: .svg, .png, .html or .json")
        .option("--plot <FILE>", "draw it, beside what --out writes: .svg, .png or .html")
        .option("--json", "print the numbers to stdout, and nothing else there")
        .option("--certificate <FILE>", "keep what proves the intervals, for stillwave verify")
        .option("--ase <FILE>", "write the bands as JSON that ASE reads")
        .option("--save-problem <FILE>", 'keep the potential for { "hamiltonian": { "frozen": FILE } }'),
  );

  add<DosCommandOptions>(
    "dos",
    {
      description: "density of states of a job's Hamiltonian, total and along the long axis",
      iterates: true,
      detail: "how long each phase took and the memory",
      load: async () => (await import("./dos.ts")).dosCommand,
    },
    (command) =>
      command
        .option("--kgrid <LIST>", "divisions of the k-grid, such as 8,8,8 (default twice the job's)")
        .addOption(
          new Option(
            "--method <NAME>",
            "how levels become a density (default tetrahedron where there are k-points for it)",
          ).choices(["tetrahedron", "gaussian"]),
        )
        .option("--width <HA>", "width of the Gaussians in Ha (default the job's smearing, at least 0.005)")
        .option("--window <EV>", "lowest and highest energy in eV from the Fermi level, such as -10,5")
        .option("--bands <N>", "lowest bands at each k-point (default twice the filled ones)")
        .option("--points <N>", "number of energies (default 400)")
        .option("--local", "resolve it along the long axis as well")
        .option("--out <FILE>", "write the numbers as JSON")
        .option("--json", "print the numbers to stdout, and nothing else there")
        .option("--plot <FILE>", "draw it: .svg or .png"),
  );

  add<VerifyOptions>(
    "verify",
    {
      description: "check a certificate of error bars, without the solver: 0 only if every enclosure stands",
      argument: ["<FILE>", "what bands --certificate wrote"],
      hasThreads: false,
      detail: "what was found at every k-point",
      load: async () => (await import("./verify.ts")).verifyCommand,
    },
    (command) => command.option("--json", "print the outcome as JSON"),
  );

  add<DielectricOptions>(
    "dielectric",
    {
      description: "how fast the self-consistent field of a job can converge, and why",
      iterates: true,
      detail: "every product, all Ritz values and how long each phase took",
      load: async () => (await import("./dielectric.ts")).dielectricCommand,
    },
    (command) =>
      command
        .option("--mixing <NAME>", "mixing to analyse instead of the job's")
        .option("--steps <N>", "damped steps to compare the prediction with (default 30, 0 for none)")
        .option("--out <FILE>", "write the numbers as JSON")
        .option("--json", "print the numbers to stdout, and nothing else there")
        .option("--plot <FILE>", "draw the slowest densities along the long axis: .svg or .png"),
  );

  add<EstimateOptions>(
    "estimate",
    {
      description: "memory, plane waves, k-points and time of a job, before it is run",
      detail: "where memory and time go",
      load: async () => (await import("./estimate.ts")).estimateCommand,
    },
    (command) => command.option("--json", "print the numbers as JSON"),
  );
}
