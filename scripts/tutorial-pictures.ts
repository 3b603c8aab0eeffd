/**
 * Makes the pictures of docs/tutorial anew: runs the tutorial's commands one after the other and keeps what they draw.
 *
 *   npm run build && npx tsx scripts/tutorial-pictures.ts
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const PICTURES = join(ROOT, "docs/tutorial");
const tutorial = readFileSync(join(ROOT, "docs/tutorial.md"), "utf8");
const commands = Array.from(tutorial.matchAll(/^npx stillwave (.*)$/gm), ([, words]) =>
  // The words of a shell, with double quotes alone.
  Array.from(words!.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, word]) => quoted ?? word!),
);
const folder = mkdtempSync(join(tmpdir(), "stillwave-tutorial-"));
try {
  for (const words of commands) {
    console.log(`stillwave ${words.join(" ")}`);
    execFileSync("node", [join(ROOT, "dist/cli/bin/main.js"), ...words], { cwd: folder, stdio: "pipe" });
  }
  for (const name of readdirSync(PICTURES)) {
    if (!existsSync(join(folder, name))) throw new Error(`docs/tutorial/${name}: no command draws it`);
    copyFileSync(join(folder, name), join(PICTURES, name));
  }
} finally {
  rmSync(folder, { recursive: true });
}
