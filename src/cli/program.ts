import { Command, CommanderError } from "commander";
import { InputError, NotConvergedError } from "../common/failure.ts";
import { VERSION } from "../version.ts";
import { addCommand, type CliCommand, command, examplesText } from "./command.ts";
import { EXIT, type ExitCode, type Host } from "./host.ts";
import { reporter } from "./terminal/reporter.ts";
import { styled } from "./terminal/style.ts";

/** All commands in the order of the help; each is loaded when it is called or told of. */
const COMMANDS: Readonly<Record<string, () => Promise<CliCommand>>> = {
  scf: async () => (await import("./commands/scf.ts")).scf,
  compare: async () => (await import("./commands/compare.ts")).compare,
  converge: async () => (await import("./commands/converge.ts")).converge,
  bands: async () => (await import("./commands/bands.ts")).bands,
  dos: async () => (await import("./commands/dos.ts")).dos,
  verify: async () => (await import("./commands/verify.ts")).verify,
  dielectric: async () => (await import("./commands/dielectric.ts")).dielectric,
  estimate: async () => (await import("./commands/estimate.ts")).estimate,
  new: async () => (await import("./commands/new.ts")).newJobs,
  convert: async () => (await import("./commands/convert.ts")).convert,
  schema: async () => (await import("./commands/schema.ts")).schema,
  completion: async () => completion,
  examples: async () => (await import("./commands/examples.ts")).examples,
  info: async () => (await import("./commands/info.ts")).info,
};

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
  name: "completion",
  description: "print a script that completes commands and options in a shell",
  args: [{ name: "<SHELL>", help: "which shell", choices: ["bash", "zsh", "fish"] }],
  examples: [
    ['eval "$(stillwave completion bash)"', "in ~/.bashrc; zsh likewise in ~/.zshrc"],
    ["stillwave completion fish > ~/.config/fish/completions/stillwave.fish", "once"],
  ],
  async run({ args, host }) {
    const [{ completionScript }, { exampleNames }, commands] = await Promise.all([
      import("./work/completion.ts"),
      import("./work/shipped.ts"),
      loaded(Object.keys(COMMANDS)),
    ]);
    host.stdout.write(completionScript(args[0]!, { ...PROGRAM, commands }, await exampleNames()));
    return EXIT.ok;
  },
});

const loaded = (names: readonly string[]): Promise<CliCommand[]> =>
  Promise.all(names.map((name) => COMMANDS[name]!()));

/**
 * Runs the command line `words` (without node and script). Each command loads only what it needs.
 *
 * @returns the exit code: 0 success, 2 wrong input, 3 not converged, 1 anything else; never throws.
 */
export async function runProgram(words: readonly string[], host: Host): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  try {
    const program = await createProgram(words[0] ?? "", host, (exit) => {
      code = exit;
    });
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

/** The program with the command that its first word names, or with all of them where it names none. */
async function createProgram(first: string, host: Host, exit: (code: ExitCode) => void): Promise<Command> {
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
  const names = Object.hasOwn(COMMANDS, first) ? [first] : Object.keys(COMMANDS);
  for (const declared of await loaded(names)) addCommand(program, declared, host, exit);
  return program;
}
