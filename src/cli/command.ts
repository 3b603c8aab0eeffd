import { type Command, Option as CommanderOption } from "commander";
import { InputError, OptionError, type OptionName } from "../common/failure.ts";
import { brokenRule, type Given, type Option, type Options } from "../common/options.ts";
import type { ExitCode, Host } from "./host.ts";

/** A word of the command line that is no option. */
export interface Argument {
  /** `<JOB>`, or `[NAME]` where it may be left out. */
  readonly name: string;
  readonly help: string;
  readonly choices?: readonly string[];
}

/** What a command was called with. */
export interface Call<Declared> {
  /** Name of the command. */
  readonly name: string;
  /** Empty where one that may be left out is. */
  readonly args: readonly string[];
  readonly options: Given<Declared>;
  /** Says an option as it is written here: `--error-bars`. */
  readonly flag: OptionName;
  readonly host: Host;
}

/** What a command is told, what its own help says and what it does. */
export interface CommandBody<Declared extends Options = Options> {
  readonly args?: readonly Argument[];
  readonly options?: Declared;
  /** A line to type and what it does. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** Commands of its own, such as `new slab`; it does nothing itself then. */
  readonly commands?: readonly CliCommand[];
  readonly run?: (call: Call<Declared>) => Promise<ExitCode>;
}

/** A command with its name, and what the list of commands says of it. */
export interface CliCommand extends CommandBody {
  readonly name: string;
  readonly description: string;
}

/** Declares a command; its `run` knows the types of its options. */
export const command = <const Declared extends Options>(declared: CommandBody<Declared>): CommandBody =>
  declared as unknown as CommandBody; // it is only ever called with values of its own options

/** How an option is written: `--error-bars` is that of `errorBars`. */
export const flagOf = (name: string, option: Pick<Option<unknown>, "flag"> = {}): string =>
  `--${option.flag ?? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Options that are offered on the command line, by their names. */
export const offered = ({ options = {} }: CommandBody): [name: string, option: Options[string]][] =>
  Object.entries(options).filter(([, { help }]) => help !== undefined);

/** What help shows of the examples. */
export const examplesText = ({ examples }: CommandBody): string =>
  `\nExamples:\n${examples.map(([line, what]) => `  ${line}\n      ${what}`).join("\n")}`;

/** Adds a command to the program. */
export function addCommand(
  program: Command,
  declared: CliCommand,
  host: Host,
  exit: (code: ExitCode) => void,
) {
  const { name, description, args = [], commands = [], run } = declared;
  const made = program.command(name).description(description);
  for (const { name: word, help, choices } of args) {
    const argument = made.createArgument(word, help);
    made.addArgument(choices === undefined ? argument : argument.choices(choices));
  }
  for (const [option, text] of offered(declared)) made.addOption(commanderOption(option, text));
  for (const each of commands) addCommand(made, each, host, exit);
  made.addHelpText("after", examplesText(declared));
  if (run === undefined) return;
  made.action(async () => {
    const flag: OptionName = (option) => flagOf(option, declared.options?.[option]);
    try {
      const options = readOptions(declared, made.opts(), flag);
      if (Object.keys(options).some((name) => declared.options?.[name]?.endings !== undefined))
        host.onFiles();
      exit(await run({ name, args: made.args, options, flag, host }));
    } catch (error) {
      throw error instanceof OptionError ? new InputError(error.line(flag)) : error;
    }
  });
}

function commanderOption(
  name: string,
  { help = "", value, short, choices, isListed, isRepeated, ...rest }: Option<unknown>,
) {
  const flag = flagOf(name, rest);
  const made = new CommanderOption(
    `${short === undefined ? "" : `-${short}, `}${flag}${value === undefined ? "" : ` <${value}>`}`,
    help.replace("{default}", String(rest.default)),
  );
  if (isRepeated)
    made.argParser((text: string, before?: string) => (before === undefined ? text : `${before}\n${text}`));
  if (choices === undefined || isListed === false) return made;
  made.choices(choices);
  return rest.default === undefined ? made : made.default(rest.default);
}

/** The values of what was typed. @throws InputError for the first that its rule does not allow. */
function readOptions(
  declared: CommandBody,
  typed: Readonly<Record<string, unknown>>,
  flag: OptionName,
): Given<Options> {
  const values: Record<string, unknown> = {};
  for (const [name, option] of offered(declared)) {
    const written =
      typed[
        flag(name)
          .slice(2)
          .replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
      ];
    if (written === undefined) continue;
    const value = typeof written === "string" && option.read !== undefined ? option.read(written) : written;
    if (!option.allows(value)) throw new InputError(brokenRule(flag(name), option, String(written)));
    values[name] = value;
  }
  return values;
}
