import { execFileSync } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";

/** Where and from what a result was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly platform: string;
  /** Processes that wanted to run during the last minute, before we began: above 0.5 someone shared the machine. */
  readonly load: number;
}

export const machine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  platform: `${process.platform}-${process.arch}`,
  load: loadavg()[0]!,
});

/** Commit of the working tree; `clean` is false if files differ from it. */
export function commit(): { readonly hash: string; readonly clean: boolean } {
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
  try {
    return {
      hash: git("rev-parse", "--short=10", "HEAD"),
      clean: git("status", "--porcelain", "--", "src", "bench", "package-lock.json") === "",
    };
  } catch {
    return { hash: "unknown", clean: false };
  }
}
