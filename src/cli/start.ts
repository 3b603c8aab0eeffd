#!/usr/bin/env node
// The program as it is built: one file, taken with what earlier runs of a command compiled of it.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { crc32 } from "node:zlib";
import { setEngine } from "./engine.ts";

/** Where compiled code of this command is kept, if it may be. */
function placeOfCode(): string | undefined {
  const { NODE_COMPILE_CACHE: folder, NODE_DISABLE_COMPILE_CACHE: none, XDG_CACHE_HOME } = process.env;
  if (none === "1") return undefined;
  const words = process.argv.slice(2);
  const word = words.some((each) => each === "--help" || each === "-h") ? "help" : words[0];
  try {
    const own = folder || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "stillwave");
    return join(own, `stillwave-${word?.replace(/\W/g, "")}-${process.version}-${process.arch}`);
  } catch {
    return undefined; // no home
  }
}

/**
 * Reads code that was kept: checksums of the program and of the code, then the code. V8 looks at
 * version, flags and length only, and trusts the rest, so files of other users are not taken.
 */
function keptCode(place: string, program: Buffer): Buffer | undefined {
  try {
    if (statSync(place).uid !== (process.getuid?.() ?? 0)) return undefined;
    const kept = readFileSync(place);
    const code = kept.subarray(8);
    const isSound = kept.readUInt32LE(0) === crc32(program) && kept.readUInt32LE(4) === crc32(code);
    return isSound ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps code, whole or not at all. A folder that cannot be written keeps none. */
function keepCode(place: string, program: Buffer, code: Buffer): void {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(crc32(program), 0);
  head.writeUInt32LE(crc32(code), 4);
  const temporary = `${place}.${process.pid}.tmp`;
  try {
    const own = dirname(place);
    // No deeper: a home that is not there is not made.
    for (const folder of [dirname(own), own]) if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    writeFileSync(temporary, Buffer.concat([head, code]), { mode: 0o600, flag: "wx" });
    renameSync(temporary, place);
  } catch {
    try {
      rmSync(temporary, { force: true });
    } catch {}
  }
}

/** Imports a package for the program: in a script V8 does not know where from. */
const importModule = (name: string): Promise<unknown> => import(name);

try {
  setEngine();
  const file = fileURLToPath(new URL("./program.cjs", import.meta.url));
  const text = readFileSync(file);
  const place = placeOfCode();
  const kept = place === undefined ? undefined : keptCode(place, text);
  const script = new Script(`(function (exports, require, module, __filename, importModule) {${text}\n})`, {
    filename: file,
    ...(kept === undefined ? {} : { cachedData: kept }),
  });
  const program = { exports: {} as { runProcess(): Promise<void> } };
  script.runInThisContext()(program.exports, createRequire(file), program, file, importModule);
  await program.exports.runProcess();
  // What was compiled by now are the functions that the command calls.
  const isKept = kept !== undefined && script.cachedDataRejected === false;
  if (place !== undefined && !isKept && process.exitCode === 0)
    keepCode(place, text, script.createCachedData());
} catch (error) {
  process.stderr.write(`stillwave: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
