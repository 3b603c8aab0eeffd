import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const json = (name: string) => JSON.parse(readFileSync(join(ROOT, name), "utf8"));
const subjects = readdirSync(join(ROOT, "src/exports")).map((name) => name.replace(/\.ts$/, ""));

test("every subject is an entry of the package, with its types, and a page of the API", () => {
  const { exports } = json("package.json") as { exports: Record<string, unknown> };
  expect(Object.keys(exports).sort()).toEqual(
    [".", "./package.json", "./worker", ...subjects.map((name) => `./${name}`)].sort(),
  );
  for (const name of subjects)
    expect(exports[`./${name}`]).toEqual({
      types: `./dist/exports/${name}.d.ts`,
      default: `./dist/exports/${name}.js`,
    });
  expect(json("typedoc.json").entryPoints.toSorted()).toEqual(
    subjects.map((name) => `src/exports/${name}.ts`).sort(),
  );
});

test("what needs Node is left out of builds for browsers", () => {
  const { browser } = json("package.json") as { browser: Record<string, false> };
  const ofNode = (readdirSync(join(ROOT, "src"), { recursive: true }) as string[]).filter(
    (name) =>
      /^(?!cli|io|exports|kernels\/native)/.test(name) &&
      name.endsWith(".ts") &&
      /^import .* from "node:/m.test(readFileSync(join(ROOT, "src", name), "utf8")),
  );
  const left = ["io/moyo-node.ts", "io/node-files.ts", "kernels/native/native.ts", ...ofNode];
  expect(Object.entries(browser).sort()).toEqual(
    left.sort().map((name) => [`./dist/${name.replace(/ts$/, "js")}`, false]),
  );
});

test("the package as it is built has the names of every subject but io and mpi, each once", () => {
  // The names that Node finds under the package's own name, in the built files.
  const program = `
    const names = async (entry) => Object.keys(await import(entry));
    const of = { ".": await names("stillwave") };
    for (const name of ${JSON.stringify(subjects)}) of[name] = await names("stillwave/" + name);
    console.log(JSON.stringify(of));`;
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", program], { cwd: ROOT });
  const { ".": all, io, mpi, ...rest } = JSON.parse(output.toString()) as Record<string, string[]>;
  const union = Object.values(rest).flat();
  expect(union.toSorted()).toEqual(all!.toSorted());
  expect(new Set(union).size).toBe(union.length);
  expect(union.length).toBeGreaterThan(100);
  expect(mpi).toEqual(["joinRanks"]);
  expect(io).toContain("writeCheckpoint");
  expect(union).not.toContain("writeCheckpoint");
});

test("the entries for mixings and terms load no schema, no command line and no pictures", () => {
  for (const subject of ["mixing", "terms"]) {
    const loaded = new Set([`exports/${subject}.ts`]);
    const packages = new Set<string>();
    for (const name of loaded)
      for (const [, isType, target] of readFileSync(join(ROOT, "src", name), "utf8").matchAll(
        /^(?:import|export) (type )?[^;]*?from "([^"]+)";/gm,
      ))
        if (isType !== undefined) continue;
        else if (target!.startsWith(".")) loaded.add(join(dirname(name), target!));
        else packages.add(target!);
    const folders = new Set([...loaded].map((name) => name.split("/")[0]));
    expect(folders).toContain(subject === "mixing" ? "precond" : "terms");
    for (const other of ["job", "cli", "plot", "io", "errors"]) expect(folders).not.toContain(other);
    expect(packages).not.toContain("zod");
  }
});
