import { Argument, Command, CommanderError, Option } from "commander";
import { InputError, NotConvergedError } from "../common/failure.ts";
import { READABLE, WRITABLE } from "../io/structure-files.ts";
import { VERSION } from "../version.ts";
import type { BandsOptions } from "./bands.ts";
import type { CompareOptions } from "./compare.ts";
import type { ConvertOptions } from "./convert.ts";
import type { DielectricOptions } from "./dielectric.ts";
import type { DosCommandOptions } from "./dos.ts";
import type { EstimateOptions } from "./estimate.ts";
import { addExamples } from "./help-examples.ts";
import { EXIT, type ExitCode, type Host } from "./host.ts";
import { addComputingOptions } from "./level.ts";
import { addNewCommands } from "./new-commands.ts";
import { reporter } from "./reporter.ts";
import type { ScfOptions } from "./scf.ts";
import { styled } from "./style.ts";
import type { VerifyOptions } from "./verify.ts";

/**
 * Runs the command line `words` (without node and script). Each command loads only what it needs.
 *
 * @returns the exit code: 0 success, 2 wrong input, 3 not converged, 1 anything else; never throws.
 */
export async function runProgram(words: readonly string[], host: Host): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = createProgram(host, (exit) => {
    code = exit;
  });
  try {
    await program.parseAsync(words, { from: "user" });
    return code;
  } catch (error) {
    return report(error, host);
  }
}

function report(error: unknown, host: Host): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.input; // it has said why
  const paint = styled(host.stderr);
  const name = paint("red", "stillwave:");
  if (error instanceof InputError) {
    host.stderr.write(`${name} ${error.message}\n`);
    return EXIT.input;
  }
  if (error instanceof NotConvergedError) {
    reporter(host.stderr, "normal").fail(error.message);
    return EXIT.notConverged;
  }
  const isOurs = error instanceof Error && error.message.startsWith("bug:");
  const text = error instanceof Error ? ((isOurs ? error.stack : undefined) ?? error.message) : String(error);
  host.stderr.write(`${name} ${text}\n`);
  return EXIT.error;
}

/** What commander says of a wrong command line, as one line that ends with a way on. */
function errorLine(text: string): string {
  const line = text
    .replace(/^error: /, "")
    .trim()
    .replace(/\s*\n\s*/g, " ");
  const isLost = /^(missing required|unknown command)/.test(line) && !/did you mean/i.test(line);
  return isLost ? `${line}; --help shows what there is, with examples` : line;
}

function createProgram(host: Host, exit: (code: ExitCode) => void): Command {
  const program = new Command("stillwave")
    .description("Plane-wave Kohn-Sham density-functional theory")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: (text, write) => write(`stillwave: ${errorLine(text)}\n`),
      getOutHelpWidth: () => host.stdout.columns,
      getErrHelpWidth: () => host.stderr.columns,
      getOutHasColors: () => host.stdout.isTerminal,
      getErrHasColors: () => host.stderr.isTerminal,
    })
    .version(VERSION)
    .addHelpText("after", "\nExit code: 0 success, 2 the input is wrong, 3 not converged, 1 anything else.");

  addComputingOptions(
    program
      .command("scf")
      .description("find the ground state of a job")
      .argument("<JOB>", "job file, - for standard input, or the name of a shipped job")
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
      .option("--ldos <FILE>", "write the local density of states at the Fermi level, likewise")
      .option("--checkpoint <FILE>", "keep the state of the last step here")
      .option("--restart <FILE>", "start from a checkpoint, of this job or of a geometry near by"),
    "the parts of every step, levels of every k-point and where the time went",
  ).action(async (job: string, options: ScfOptions) => {
    const { scfCommand } = await import("./scf.ts");
    exit(await scfCommand(job, options, host));
  });

  addComputingOptions(
    program
      .command("compare")
      .description("a job under several mixings and sizes: how many steps each needs")
      .argument("<JOB>", "job file, - for standard input, or the name of a shipped job")
      .option("--mixings <LIST>", "such as simple,kerker,ldos (the default, and the job's own)")
      .option("--sizes <LIST>", "copies along the long axis, such as 1,2,4 (default 1)")
      .option("--out <DIR>", "folder for compare.json and compare.svg (default the current one)")
      .option("--plot <FILE>", "draw into this file instead of compare.svg: .svg or .png")
      .option("--condition", "add condition numbers of the preconditioned dielectric operator (slow)"),
    "the steps of every run and what they spent their time on",
  ).action(async (job: string, options: CompareOptions) => {
    const { compareCommand } = await import("./compare.ts");
    exit(await compareCommand(job, options, host));
  });

  addComputingOptions(
    program
      .command("bands")
      .description("band structure of a job's Hamiltonian along a path")
      .argument("<JOB>", "job file, - for standard input, or the name of a shipped job")
      .option(
        "--path <LABELS>",
        "special points such as GXLWKG, pieces apart by |; default the lattice's usual path",
      )
      .option("--points <N>", "k-points along the path (default 60)")
      .option("--k <LIST>", 'these k-points instead, such as "0.5,0,0.5;0,0,0"')
      .option("--bands <N>", "lowest bands at each k-point (default 8, at least four beyond the filled ones)")
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
    "how long each phase took and the memory",
  ).action(async (job: string, options: BandsOptions) => {
    const { bandsCommand } = await import("./bands.ts");
    exit(await bandsCommand(job, options, host));
  });

  addComputingOptions(
    program
      .command("dos")
      .description("density of states of a job's Hamiltonian, total and along the long axis")
      .argument("<JOB>", "job file, - for standard input, or the name of a shipped job")
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
    "how long each phase took and the memory",
  ).action(async (job: string, options: DosCommandOptions) => {
    const { dosCommand } = await import("./dos.ts");
    exit(await dosCommand(job, options, host));
  });

  addComputingOptions(
    program
      .command("verify")
      .description("check a certificate of error bars, without the solver: 0 only if every enclosure stands")
      .argument("<FILE>", "what bands --certificate wrote")
      .option("--json", "print the outcome as JSON"),
    "what was found at every k-point",
    false,
  ).action(async (file: string, options: VerifyOptions) => {
    const { verifyCommand } = await import("./verify.ts");
    exit(await verifyCommand(file, options, host));
  });

  addComputingOptions(
    program
      .command("dielectric")
      .description("how fast the self-consistent field of a job can converge, and why")
      .argument("<JOB>", "job file, - for standard input, or the name of a shipped job")
      .option("--mixing <NAME>", "mixing to analyse instead of the job's")
      .option("--steps <N>", "damped steps to compare the prediction with (default 30, 0 for none)")
      .option("--out <FILE>", "write the numbers as JSON")
      .option("--json", "print the numbers to stdout, and nothing else there")
      .option("--plot <FILE>", "draw the slowest densities along the long axis: .svg or .png"),
    "every product, all Ritz values and how long each phase took",
  ).action(async (job: string, options: DielectricOptions) => {
    const { dielectricCommand } = await import("./dielectric.ts");
    exit(await dielectricCommand(job, options, host));
  });

  addComputingOptions(
    program
      .command("estimate")
      .description("memory, plane waves, k-points and time of a job, before it is run")
      .argument("<JOB>", "job file, - for standard input, or the name of a shipped job")
      .option("--json", "print the numbers as JSON"),
    "where memory and time go",
  ).action(async (job: string, options: EstimateOptions) => {
    const { estimateCommand } = await import("./estimate.ts");
    exit(await estimateCommand(job, options, host));
  });

  addNewCommands(program, host, exit);

  program
    .command("convert")
    .description("write a structure in another format")
    .argument("<IN>", `a structure: ${READABLE}; or a job`)
    .argument("<OUT>", `where to: ${WRITABLE}`)
    .option("--repeat <N,N,N>", "copies along the lattice vectors, such as 2,2,1")
    .action(async (from: string, to: string, options: ConvertOptions) => {
      const { convertCommand } = await import("./convert.ts");
      exit(await convertCommand(from, to, options, host));
    });

  program
    .command("schema")
    .description("print the JSON Schema of job files, for editors")
    .action(async () => {
      const { jobJsonSchema } = await import("../job/json-schema.ts");
      host.stdout.write(`${JSON.stringify(jobJsonSchema(), null, 1)}\n`);
      exit(EXIT.ok);
    });

  program
    .command("completion")
    .description("print a script that completes commands and options in a shell")
    .addArgument(new Argument("<SHELL>", "which shell").choices(["bash", "zsh", "fish"]))
    .action(async (shell: string) => {
      const [{ completionScript }, { exampleNames }] = await Promise.all([
        import("./completion.ts"),
        import("./shipped.ts"),
      ]);
      host.stdout.write(completionScript(shell, program, await exampleNames()));
      exit(EXIT.ok);
    });

  program
    .command("examples")
    .description("list the shipped jobs, or print one")
    .argument("[NAME]", "the job to print")
    .action(async (name: string | undefined) => {
      const { examplesCommand } = await import("./examples.ts");
      exit(await examplesCommand(name, host));
    });

  program
    .command("info")
    .description("version, back ends, threads, pseudopotential families")
    .action(async () => {
      const { infoCommand } = await import("./info.ts");
      exit(await infoCommand(host));
    });
  addExamples(program);
  return program;
}
