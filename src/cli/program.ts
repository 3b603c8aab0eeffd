import { Command, CommanderError } from "commander";
import { VERSION } from "../version.ts";
import { addCommand, type CliCommand, type CommandBody, command, examplesText } from "./command.ts";
import { EXIT, type ExitCode, type Host } from "./host.ts";
import { failureOf } from "./output/failure.ts";
import { reporter } from "./terminal/reporter.ts";
import { styled } from "./terminal/style.ts";

/** A command that is loaded when it is called. */
interface Entry extends Pick<CliCommand, "name" | "description"> {
  readonly load: () => Promise<CommandBody>;
}

/** All commands in the order of the help. */
const COMMANDS: readonly Entry[] = [
  {
    name: "scf",
    description: "find the ground state of a job",
    load: async () => (await import("./commands/scf.ts")).scf,
  },
  {
    name: "compare",
    description: "a job under several mixings and sizes: how many steps each needs",
    load: async () => (await import("./commands/compare.ts")).compare,
  },
  {
    name: "converge",
    description: "energy, forces and stress of a job with several cutoffs and k-grids",
    load: async () => (await import("./commands/converge.ts")).converge,
  },
  {
    name: "relax",
    description: "move the atoms of a job, and its cell, to where forces and stress vanish",
    load: async () => (await import("./commands/relax.ts")).relax,
  },
  {
    name: "serve",
    description: "answer i-PI or ASE over a socket: forces of geometry after geometry",
    load: async () => (await import("./commands/serve.ts")).serve,
  },
  {
    name: "eos",
    description: "volume of lowest energy and bulk modulus of a job's crystal",
    load: async () => (await import("./commands/eos.ts")).eos,
  },
  {
    name: "bands",
    description: "band structure of a job's Hamiltonian along a path",
    load: async () => (await import("./commands/bands.ts")).bands,
  },
  {
    name: "dos",
    description: "density of states of a job's Hamiltonian, total and along the long axis",
    load: async () => (await import("./commands/dos.ts")).dos,
  },
  {
    name: "verify",
    description: "check a certificate of error bars, without the solver: 0 only if every enclosure stands",
    load: async () => (await import("./commands/verify.ts")).verify,
  },
  {
    name: "dielectric",
    description: "how fast the self-consistent field of a job can converge, and why",
    load: async () => (await import("./commands/dielectric.ts")).dielectric,
  },
  {
    name: "estimate",
    description: "memory, plane waves, k-points and time of a job, before it is run",
    load: async () => (await import("./commands/estimate.ts")).estimate,
  },
  {
    name: "new",
    description: "make a job: a crystal, slab or molecule, with settings to start from",
    load: async () => (await import("./commands/new.ts")).newJobs,
  },
  {
    name: "convert",
    description: "write a structure in another format",
    load: async () => (await import("./commands/convert.ts")).convert,
  },
  {
    name: "schema",
    description: "print the JSON Schema of job files, for editors",
    load: async () => (await import("./commands/about/schema.ts")).schema,
  },
  {
    name: "completion",
    description: "print a script that completes commands and options in a shell",
    load: async () => completion,
  },
  {
    name: "examples",
    description: "list the shipped jobs, or print one",
    load: async () => (await import("./commands/about/examples.ts")).examples,
  },
  {
    name: "info",
    description: "version, back ends, threads, pseudopotential families",
    load: async () => (await import("./commands/about/info.ts")).info,
  },
];

const PROGRAM: CliCommand = {
  name: "stillwave",
  description: "Plane-wave Kohn-Sham density-functional theory",
  examples: [
    ["stillwave scf silicon", "the ground state of a shipped job"],
    ["stillwave new slab Al --layers 8 --out al.json", "a job of your own"],
    ["stillwave estimate al.json", "what it will take"],
    ["stillwave compare al.json", "which mixing converges it best"],
    ["stillwave bands cohen-bergstresser --error-bars --out bars.svg", "bands with guaranteed error bars"],
  ],
};

/** Prints a script that completes all commands. */
const completion = command({
  args: [{ name: "<SHELL>", help: "which shell", choices: ["bash", "zsh", "fish"] }],
  examples: [
    ['eval "$(stillwave completion bash)"', "in ~/.bashrc; zsh likewise in ~/.zshrc"],
    ["stillwave completion fish > ~/.config/fish/completions/stillwave.fish", "once"],
  ],
  async run({ args, host }) {
    const [{ completionScript }, { exampleNames }, commands] = await Promise.all([
      import("./work/completion.ts"),
      import("./work/shipped.ts"),
      Promise.all(COMMANDS.map(loaded)),
    ]);
    host.stdout.write(completionScript(args[0]!, { ...PROGRAM, commands }, await exampleNames()));
    return EXIT.ok;
  },
});

const loaded = async ({ load, ...said }: Entry): Promise<CliCommand> => ({ ...said, ...(await load()) });

/**
 * Runs the command line `words` (without node and script). Each command loads only what it needs.
 *
 * @returns the exit code: 0 success, 2 wrong input, 3 not converged, 1 anything else; never throws.
 */
export async function runProgram(words: readonly string[], host: Host): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  try {
    await host.begin?.();
    const program = await createProgram(words, host, (exit) => {
      code = exit;
    });
    await program.parseAsync(words, { from: "user" });
    return code;
  } catch (error) {
    return report(error, host);
  }
}

function report(error: unknown, host: Host): ExitCode {
  // It has said why.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.input;
  const { code, text } = failureOf(error);
  if (code === EXIT.notConverged) reporter(host.stderr, "normal").fail(text);
  else host.stderr.write(`${styled(host.stderr)("red", "stillwave:")} ${text}\n`);
  return code;
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

/** Makes the program, with whole commands for the named ones and entries in the list for others. */
async function createProgram(
  words: readonly string[],
  host: Host,
  exit: (code: ExitCode) => void,
): Promise<Command> {
  const program = new Command(PROGRAM.name)
    .description(PROGRAM.description)
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
    .addHelpText("after", "\nExit code: 0 success, 2 the input is wrong, 3 not converged, 1 anything else.")
    .addHelpText("after", examplesText(PROGRAM));
  for (const entry of COMMANDS)
    if (words.includes(entry.name)) addCommand(program, await loaded(entry), host, exit);
    else program.command(entry.name).description(entry.description);
  return program;
}
