import { Argument, Command, CommanderError } from "commander";
import { InputError, NotConvergedError } from "../common/failure.ts";
import { READABLE, WRITABLE } from "../io/structures/structure-files.ts";
import { VERSION } from "../version.ts";
import { addComputingCommands } from "./commands/computing-commands.ts";
import type { ConvertOptions } from "./commands/convert.ts";
import { addExamples } from "./commands/help-examples.ts";
import { addNewCommands } from "./commands/new-commands.ts";
import { EXIT, type ExitCode, type Host } from "./host.ts";
import { reporter } from "./terminal/reporter.ts";
import { styled } from "./terminal/style.ts";

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

  addComputingCommands(program, host, exit);
  addNewCommands(program, host, exit);

  program
    .command("convert")
    .description("write a structure in another format")
    .argument("<IN>", `a structure: ${READABLE}; or a job`)
    .argument("<OUT>", `where to: ${WRITABLE}`)
    .option("--repeat <N,N,N>", "copies along the lattice vectors, such as 2,2,1")
    .option("--allow-close-atoms", "go on with atoms nearer than half the sum of their covalent radii")
    .option("--allow-formula-mismatch", "go on where the atoms of a CIF are not those of its formula")
    .action(async (from: string, to: string, options: ConvertOptions) => {
      const { convertCommand } = await import("./commands/convert.ts");
      exit(await convertCommand(from, to, options, host));
    });

  program
    .command("schema")
    .description("print the JSON Schema of job files, for editors")
    .action(async () => {
      const { jobJsonSchema } = await import("../job/schema/json-schema.ts");
      host.stdout.write(`${JSON.stringify(jobJsonSchema(), null, 1)}\n`);
      exit(EXIT.ok);
    });

  program
    .command("completion")
    .description("print a script that completes commands and options in a shell")
    .addArgument(new Argument("<SHELL>", "which shell").choices(["bash", "zsh", "fish"]))
    .action(async (shell: string) => {
      const [{ completionScript }, { exampleNames }] = await Promise.all([
        import("./commands/completion.ts"),
        import("./work/shipped.ts"),
      ]);
      host.stdout.write(completionScript(shell, program, await exampleNames()));
      exit(EXIT.ok);
    });

  program
    .command("examples")
    .description("list the shipped jobs, or print one")
    .argument("[NAME]", "the job to print")
    .action(async (name: string | undefined) => {
      const { examplesCommand } = await import("./commands/examples.ts");
      exit(await examplesCommand(name, host));
    });

  program
    .command("info")
    .description("version, back ends, threads, pseudopotential families")
    .action(async () => {
      const { infoCommand } = await import("./commands/info.ts");
      exit(await infoCommand(host));
    });
  addExamples(program);
  return program;
}
