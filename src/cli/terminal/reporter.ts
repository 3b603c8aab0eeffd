import { printable } from "../../common/text/plain-text.ts";
import type { Output } from "../host.ts";
import type { Level } from "./level.ts";
import { type ProgressLine, progressLine } from "./progress-line.ts";
import { styled } from "./style.ts";

/** What a command says beside its result, all of it on stderr. */
export interface Reporter {
  readonly level: Level;
  readonly line: ProgressLine;
  /** Something that was done, such as a file written; not when quiet. */
  note(text: string): void;
  /** What a step was like; only when verbose. */
  detail(text: string): void;
  /** Always, but each warning once. */
  warn(warnings: readonly string[]): void;
  /** Always. */
  urge(text: string): void;
  /** Why a result is not what was asked for; always. @param what default `not converged`. */
  fail(reason: string, what?: string): void;
}

export function reporter(stderr: Output, level: Level): Reporter {
  const paint = styled(stderr);
  const line = progressLine(stderr, { isSilent: level === "quiet" });
  const warned = new Set<string>();
  const write = (text: string) => {
    line.clear();
    stderr.write(`${text}\n`);
  };
  return {
    level,
    line,
    note: (text) => {
      if (level !== "quiet") write(text);
    },
    detail: (text) => {
      if (level === "verbose") write(text);
    },
    warn(warnings) {
      for (const warning of warnings) {
        if (!warned.has(warning)) write(`${paint("yellow", "warning:")} ${printable(warning)}`);
        warned.add(warning);
      }
    },
    urge: write,
    fail: (reason, what = "not converged") => write(`${paint("red", `${what}:`)} ${printable(reason)}`),
  };
}
