import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { VERSION } from "../src/version.ts";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const SRC = join(ROOT, "src");

/** The table of ARCHITECTURE.md: a file may import its own folder and rows above it. */
const LAYERS = [
  ["common"],
  ["kernels", "interval"],
  ["solvers", "functionals"],
  ["atoms"],
  ["model"],
  ["basis", "build"],
  ["terms"],
  ["state"],
  ["precond", "observables", "errors"],
  ["parallel"],
  ["response"],
  ["scf"],
  ["bands", "models"],
  ["refine"],
  ["ground"],
  ["io", "plot"],
  ["job"],
  ["cli", "exports"],
];

/** The only places that may know the platform. */
const NODE_ALLOWED = [
  "io",
  "cli",
  "parallel/node-worker.ts",
  "parallel/mpi.ts",
  "kernels/native",
  "kernels/wasm/enable-fma.ts",
];

const files = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "assembly" ? [] : files(path);
    return path.endsWith(".ts") ? [path] : [];
  });

const sources = files(SRC).map((path) => ({
  path,
  name: relative(SRC, path),
  text: readFileSync(path, "utf8"),
}));
const importsOf = (text: string): string[] =>
  Array.from(text.matchAll(/(?:from|import)\s*\(?\s*["']([^"']+)["']/g), (match) => match[1]!);
const layerOf = (name: string): number => LAYERS.findIndex((row) => row.includes(name.split("/")[0]!));

test("imports point downwards only", () => {
  expect(sources.length).toBeGreaterThan(50);
  const violations: string[] = [];
  for (const { path, name, text } of sources) {
    if (!name.includes("/")) continue; // index.ts and version.ts
    for (const target of importsOf(text).filter((t) => t.startsWith("."))) {
      const to = relative(SRC, resolve(dirname(path), target));
      if (to === "version.ts" || to.split("/")[0] === name.split("/")[0]) continue;
      if (layerOf(to) < 0 || layerOf(to) >= layerOf(name)) violations.push(`${name} imports ${to}`);
    }
  }
  expect(violations).toEqual([]);
});

/** The order of the proof of docs/bounds.md: a folder may import those before it. What certifies never sees what proposes. */
const PROOF = ["problem", "apply", "count", "ritz", "certify", "energy", "propose", "enclose", "published"];

test("proofs of error bars import what the proof rests on, never what proposes", () => {
  const rowOf = (name: string) => PROOF.indexOf(name.split("/")[1]!);
  const own = sources.filter(({ name }) => name.startsWith("errors/"));
  expect(new Set(own.filter(({ name }) => rowOf(name) >= 0).map(({ name }) => rowOf(name))).size).toBe(
    PROOF.length,
  );
  const violations = own.flatMap(({ path, name, text }) =>
    importsOf(text)
      .filter((target) => target.startsWith("."))
      .map((target) => relative(SRC, resolve(dirname(path), target)))
      .filter((to) => to.startsWith("errors/") && rowOf(to) > rowOf(name))
      .map((to) => `${name} imports ${to}`),
  );
  expect(violations).toEqual([]);
  // nor any solver: everything that certificates rest on, directly or not
  const rest = new Set(["errors/certify/certificate.ts"]);
  for (const name of rest)
    for (const target of importsOf(sources.find((source) => source.name === name)?.text ?? ""))
      if (target.startsWith(".")) rest.add(relative(SRC, resolve(SRC, dirname(name), target)));
  expect(rest).toContain("errors/count/feshbach-schur.ts");
  expect([...rest].filter((name) => /^(solvers|scf|terms|errors\/(propose|enclose))\//.test(name))).toEqual(
    [],
  );
});

test("every folder has its row", () => {
  const folders = new Set(
    sources.filter(({ name }) => name.includes("/")).map(({ name }) => name.split("/")[0]!),
  );
  expect([...folders].filter((folder) => layerOf(folder) < 0)).toEqual([]);
});

test("the table in ARCHITECTURE.md is the one tested here", () => {
  const text = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8");
  const rows = Array.from(text.matchAll(/^\| (\d+) \| ([a-z ·]+) \|/gm), (match) =>
    match[2]!.split("·").map((s) => s.trim()),
  );
  expect(rows.slice(0, LAYERS.length)).toEqual(LAYERS);
});

test("only the edges know the platform", () => {
  const offenders = sources
    .filter(({ name }) => !NODE_ALLOWED.some((allowed) => name.startsWith(allowed)))
    .filter(({ text }) => importsOf(text).some((target) => target.startsWith("node:")))
    .map(({ name }) => name);
  expect(offenders).toEqual([]);
});

test("scf knows preconditioners by their interface alone", () => {
  const offenders = sources
    .filter(({ name }) => name.startsWith("scf/"))
    .flatMap(({ name, text }) =>
      importsOf(text)
        .filter((target) => target.includes("/precond/") && !target.endsWith("/preconditioner.ts"))
        .map((target) => `${name} imports ${target}`),
    );
  expect(offenders).toEqual([]);
});

test("there are no import cycles", () => {
  const graph = new Map(
    sources.map(({ path, name, text }) => [
      name,
      importsOf(text)
        .filter((target) => target.startsWith("."))
        .map((target) => relative(SRC, resolve(dirname(path), target))),
    ]),
  );
  const done = new Set<string>();
  const visit = (name: string, trail: string[]): void => {
    const at = trail.indexOf(name);
    if (at >= 0) expect.fail(`cycle: ${[...trail.slice(at), name].join(" → ")}`);
    if (done.has(name)) return;
    for (const next of graph.get(name) ?? []) visit(next, [...trail, name]);
    done.add(name);
  };
  for (const name of graph.keys()) visit(name, []);
});

// Seen red: 16 in io, in job/tasks/scf and in cli/commands.
test("no folder has more than 15 files side by side", () => {
  const counts = new Map<string, number>();
  for (const { name } of sources) counts.set(dirname(name), (counts.get(dirname(name)) ?? 0) + 1);
  expect([...counts].filter(([, count]) => count > 15)).toEqual([]);
});

test("no file is longer than 400 lines", () => {
  const long = sources
    .filter(({ name }) => !name.endsWith(".generated.ts"))
    .map(({ name, text }) => ({ name, lines: text.split("\n").length }))
    .filter(({ lines }) => lines > 400);
  expect(long).toEqual([]);
});

test("no line of a comment is longer than 100 characters", () => {
  const isLong = (line: string) =>
    line.length > 100 && /^\s*(\/?\*|\/\/)|\s\/\/ /.test(line) && !line.includes("biome-ignore");
  const offenders = sources
    .filter(({ name }) => !name.endsWith(".generated.ts"))
    .flatMap(({ name, text }) =>
      text.split("\n").flatMap((line, i) => (isLong(line) ? [`${name}:${i + 1}`] : [])),
    );
  expect(offenders).toEqual([]);
});

test("the version in the sources is that of the package", () => {
  expect(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version).toBe(VERSION);
});

test("every key in a doc comment is in REFERENCES.md", () => {
  const known = new Set(
    Array.from(
      readFileSync(join(ROOT, "REFERENCES.md"), "utf8").matchAll(/^\| (\w+) \|/gm),
      (match) => match[1]!,
    ),
  );
  const missing = new Set<string>();
  for (const { name, text } of sources.filter((source) => !source.name.endsWith(".generated.ts")))
    for (const [brackets] of text.matchAll(/\[[A-Z][A-Za-z]{1,5}\d{2}\b[^\]]*\]/g))
      for (const [key] of brackets.matchAll(/\b[A-Z][A-Za-z]{1,5}\d{2}\b/g))
        if (!known.has(key)) missing.add(`${name}: ${key}`);
  expect([...missing]).toEqual([]);
});

// Seen red: two lemmas of one number; a comment that names Lemma 14.
test("every lemma and theorem of docs/bounds.md is stated once, and those that comments name are", () => {
  const text = readFileSync(join(ROOT, "docs/bounds.md"), "utf8");
  const stated = Array.from(text.matchAll(/^\*\*((?:Lemma|Theorem) \w+)/gm), ([, name]) => name!);
  expect(stated.length).toBeGreaterThan(10);
  expect(stated.filter((name, i) => stated.indexOf(name) !== i)).toEqual([]);
  const missing = sources.flatMap(({ name, text: source }) =>
    Array.from(source.matchAll(/bounds\.md, ((?:Lemma|Theorem) \w+)/g), ([, lemma]) => lemma!)
      .filter((lemma) => !stated.includes(lemma))
      .map((lemma) => `${name}: ${lemma}`),
  );
  expect(missing).toEqual([]);
});
