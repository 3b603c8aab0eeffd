import { InputError } from "../../common/failure.ts";
import { didYouMean } from "../../common/text/nearest.ts";
import { type CliCommand, flagOf, offered } from "../command.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;

/** An option as completion sees it. */
interface CompletedOption {
  readonly value?: string | undefined;
  readonly short?: string | undefined;
  readonly flag: string;
  readonly help: string;
  /** Words it may be followed by, if they are known. */
  readonly choices?: readonly string[] | undefined;
}

/** A command as completion sees it. */
interface Completed {
  /** Words after `stillwave`, such as `new slab`. */
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** Words that may stand without an option. */
  readonly words: readonly string[];
  /** Whether a file may. */
  readonly takesFile: boolean;
}

/**
 * A script that completes commands, options, their choices, shipped jobs and files in a shell.
 *
 * @throws InputError for a shell that is not known.
 */
export function completionScript(shell: string, program: CliCommand, jobs: readonly string[]): string {
  const commands = commandsOf(program, jobs);
  if (shell === "bash") return bash(commands);
  // zsh understands bash's own functions.
  if (shell === "zsh")
    return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`;
  if (shell === "fish") return fish(commands);
  throw new InputError(
    `SHELL: must be one of ${SHELLS.join(", ")}, got ${shell}${didYouMean(shell, SHELLS)}`,
  );
}

function commandsOf(
  command: CliCommand,
  jobs: readonly string[],
  prefix: readonly string[] = [],
): Completed[] {
  const { description, commands = [], args: [argument] = [] } = command;
  const inner = commands.flatMap((each) => commandsOf(each, jobs, [...prefix, each.name]));
  const takesJob = /JOB|IN/.test(argument?.name ?? "") || command.name === "examples";
  const words = [
    ...commands.map((each) => each.name),
    ...(takesJob ? jobs : []),
    ...(argument?.choices ?? []),
  ];
  const options = offered(command).map(([name, { help = "", short, value, choices, ...option }]) => ({
    flag: flagOf(name, option),
    short,
    help: help.replace("{default}", String(option.default)),
    value,
    choices,
  }));
  return [
    {
      name: prefix.join(" "),
      description,
      options: [...options, ...(prefix.length === 0 ? [VERSION] : [])],
      words,
      takesFile: argument !== undefined && /JOB|FILE|IN/.test(argument.name),
    },
    ...inner,
  ];
}

const VERSION: CompletedOption = { flag: "--version", short: "V", help: "output the version number" };
const flags = ({ flag, short }: CompletedOption): string[] => [flag, ...(short ? [`-${short}`] : [])];
const takesFile = ({ value }: CompletedOption): boolean => /^(FILE|DIR)/.test(value ?? "");

function bash(commands: readonly Completed[]): string {
  const groups = commands.filter(
    ({ name, words }) => name !== "" && commands.some((other) => other.name === `${name} ${words[0]}`),
  );
  const values = commands.flatMap(({ name, options }) =>
    options.flatMap((option) => {
      const patterns = flags(option)
        .map((flag) => `"${name} ${flag}"`)
        .join("|");
      const { choices } = option;
      if (choices !== undefined) return [`    ${patterns}) words="${choices.join(" ")}" ;;`];
      if (takesFile(option)) return [`    ${patterns}) COMPREPLY=($(compgen -f -- "$cur")); return ;;`];
      // A number or a name that only the user knows.
      return option.value === undefined ? [] : [`    ${patterns}) return ;;`];
    }),
  );
  const cases = commands.map(
    ({ name, options, words, takesFile: hasFile }) =>
      `      "${name}") words="${[...options.flatMap(flags), ...words].join(" ")}"${hasFile ? " files=1" : ""} ;;`,
  );
  return `_stillwave() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" name="" words="" files=""
  [ "$COMP_CWORD" -gt 1 ] && name="\${COMP_WORDS[1]}"
  case "$name" in
    ${groups.map(({ name }) => `"${name}"`).join("|")}) [ "$COMP_CWORD" -gt 2 ] && name="$name \${COMP_WORDS[2]}" ;;
  esac
  case "$name $prev" in
${values.join("\n")}
  esac
  if [ -z "$words" ]; then
    case "$name" in
${cases.join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  [ -n "$files" ] && COMPREPLY+=($(compgen -f -- "$cur"))
}
complete -o filenames -F _stillwave stillwave
`;
}

function fish(commands: readonly Completed[]): string {
  const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const condition = (name: string): string => {
    if (name === "") return "__fish_use_subcommand";
    const seen = name.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`);
    return seen.join("; and ");
  };
  const lines = commands.flatMap(({ name, options, words, takesFile: hasFile }) => [
    ...words.map((word) => {
      const inner = commands.find((other) => other.name === `${name} ${word}`.trim());
      return `complete -c stillwave -n ${quoted(condition(name))} -a ${word}${inner === undefined ? "" : ` -d ${quoted(inner.description)}`}`;
    }),
    ...(hasFile ? [`complete -c stillwave -n ${quoted(condition(name))} -F`] : []),
    ...options.map((option) => {
      const choices = option.choices === undefined ? "" : ` -a ${quoted(option.choices.join(" "))}`;
      const value = option.value === undefined ? "" : ` -r${takesFile(option) ? " -F" : ""}`;
      const short = option.short === undefined ? "" : ` -s ${option.short}`;
      return `complete -c stillwave -n ${quoted(condition(name))}${short} -l ${option.flag.slice(2)}${value}${choices} -d ${quoted(option.help)}`;
    }),
  ]);
  return `complete -c stillwave -f\n${lines.join("\n")}\n`;
}
