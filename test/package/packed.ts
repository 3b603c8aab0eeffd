import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** A project outside the checkout that has the packed library and what it depends on installed. */
export interface Project {
  readonly folder: string;
  /** Deletes it. */
  remove(): void;
}

/** @param packages of this checkout that the project has beside those. */
export function projectWithPackedLibrary(packages: readonly string[] = []): Project {
  const folder = mkdtempSync(join(tmpdir(), "stillwave-package-"));
  const installed = join(folder, "node_modules");
  const words = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const [packed] = JSON.parse(execFileSync("npm", words, { encoding: "utf8", stdio: "pipe" }));
  execFileSync("tar", ["xzf", packed.filename], { cwd: folder });
  mkdirSync(installed);
  renameSync(join(folder, "package"), join(installed, "stillwave"));
  const { dependencies } = JSON.parse(readFileSync(join(installed, "stillwave/package.json"), "utf8"));
  for (const name of [...packages, ...Object.keys(dependencies)]) {
    mkdirSync(join(installed, dirname(name)), { recursive: true });
    symlinkSync(resolve("node_modules", name), join(installed, name));
  }
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
