import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import { BUILT } from "../built.ts";
import { fakeHost } from "./fake-host.ts";

const cwd = mkdtempSync(join(tmpdir(), "stillwave-manners-"));
afterAll(() => rmSync(cwd, { recursive: true }));

async function run(...words: string[]) {
  const host = fakeHost({ cwd });
  const code = await runProgram(words, host);
  return { code, ...host.written };
}

/** Names of all commands, told by the help itself. */
async function commandNames(): Promise<string[][]> {
  const listed = ({ stdout }: { stdout: string }) =>
    [
      ...stdout
        .split("Commands:")[1]!
        .split("\nExit")[0]!
        .matchAll(/^ {2}([a-z]+) /gm),
    ]
      .map((match) => match[1]!)
      .filter((name) => name !== "help");
  const top = listed(await run("--help"));
  const inner = listed({ stdout: (await run("new", "--help")).stdout.split("\nExamples")[0]! });
  return [...top.map((name) => [name]), ...inner.map((name) => ["new", name])];
}

test("every command's help has examples, and every example is a command with options that are known", async () => {
  const names = await commandNames();
  expect(names.length).toBeGreaterThan(14);
  const helps = new Map<string, string>();
  for (const name of [[], ...names]) {
    const { stdout, code } = await run(...name, "--help");
    expect(code).toBe(0);
    helps.set(name.join(" "), stdout);
  }
  let checked = 0;
  for (const [name, help] of helps) {
    const examples = help.split("\nExamples:\n")[1];
    expect(examples, name).toBeDefined();
    for (const line of examples!.split("\n").filter((each) => /^ {2}\S/.test(each))) {
      const words = line.replace(/^ *(eval "\$\()?|\)"$| >.*$/g, "").match(/"[^"]*"|\S+/g)!;
      expect(words[0], line).toBe("stillwave");
      const [first, second] = words.slice(1);
      const command = helps.has(`${first} ${second}`) ? `${first} ${second}` : first!;
      expect(helps.has(command), line).toBe(true);
      const options = helps.get(command)!.split("\nExamples")[0]!;
      for (const flag of words.filter((word) => word.startsWith("--"))) {
        expect(options, line).toMatch(new RegExp(`^ {2}(-\\w, )?${flag}\\b`, "m"));
        checked++;
      }
    }
  }
  expect(checked).toBeGreaterThan(25);
});

test.each([
  [["scf", "silicon", "--thread", "2"], /unknown option '--thread'.*--threads/],
  [["scf"], /missing required argument 'JOB'; --help shows what there is/],
  [["quantum"], /unknown command 'quantum'; --help shows what there is/],
  [["scff", "silicon"], /unknown command 'scff'.*scf/],
  [["new", "slap", "Al"], /unknown command 'slap'.*slab/],
  [["completion", "bsh"], /must be one of|choices are bash, zsh, fish|Allowed choices are bash, zsh, fish/],
  [["scf", "silicon", "-q", "-v"], /--quiet: must stand without --verbose/],
])("%o is refused with what was meant", async (words, message) => {
  const { code, stdout, stderr } = await run(...words);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toMatch(message);
});

describe("how much is said", () => {
  test("quiet is one line and the warnings", async () => {
    const { stdout, stderr } = await run("scf", "silicon", "--quiet");
    expect(stdout).toBe("converged in 3 steps, free energy -7.9000000000 Ha\n");
    expect(stderr).toBe("warning: mind the gap\n");
  });

  test("verbose adds the levels, with their unit", async () => {
    const usual = (await run("scf", "silicon")).stdout;
    const { stdout } = await run("scf", "silicon", "--verbose");
    expect(stdout.startsWith(usual)).toBe(true);
    expect(stdout).toMatch(/levels \(eV, from the Fermi level\)/);
    expect(stdout).toMatch(/k = \[0, 0, 0\], weight 1\.000000\n +-4\.082 \(2\.00\) +-1\.361 \(2\.00\)/);
  });
});

describe("completion in bash", () => {
  const complete = (script: string, ...words: string[]): string[] => {
    const { stdout, stderr } = spawnSync(
      "bash",
      [
        "--norc",
        "-c",
        `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _stillwave; printf '%s\\n' "\${COMPREPLY[@]}"`,
        "bash",
        "stillwave",
        ...words,
      ],
      { encoding: "utf8", cwd },
    );
    expect(stderr).toBe("");
    return stdout.split("\n").filter((word) => word !== "");
  };

  test("completes commands, their commands, options, choices, jobs and files", async () => {
    const { stdout: script } = await run("completion", "bash");
    writeFileSync(join(cwd, "mine.json"), "{}");
    expect(complete(script, "es")).toEqual(["estimate"]);
    expect(complete(script, "new", "s")).toEqual(["slab", "sheet"]);
    expect(complete(script, "new", "slab", "Al", "--fa")).toEqual(["--face"]);
    expect(complete(script, "scf", "job.json", "--backend", "w")).toEqual(["wasm"]);
    expect(complete(script, "scf", "job.json", "--mixing", "ker")).toEqual(["kerker", "kerker-dos"]);
    expect(complete(script, "new", "bulk", "Al", "--crystal", "zi")).toEqual(["zincblende"]);
    expect(complete(script, "scf", "silicon-")).toEqual(
      expect.arrayContaining(["silicon-pbe", "silicon-core"]),
    );
    expect(complete(script, "scf", "mi")).toEqual(["mine.json"]);
    expect(complete(script, "scf", "job.json", "--out", "mi")).toEqual(["mine.json"]);
    expect(complete(script, "scf", "job.json", "--threads", "")).toEqual([]);
    expect(complete(script, "completion", "f")).toEqual(["fish"]);
  });

  test("knows every option of every command", async () => {
    const { stdout: script } = await run("completion", "bash");
    for (const name of await commandNames()) {
      const { stdout } = await run(...name, "--help");
      const options = [
        ...stdout
          .split("Options:")[1]!
          .split("\nExamples")[0]!
          .matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm),
      ].map((m) => m[1]!);
      const offered = complete(script, ...name, "--");
      for (const option of options.filter((each) => each !== "--help"))
        expect(offered, name.join(" ")).toContain(option);
    }
  });

  test.each(["zsh", "fish"])("%s has a script of its own", async (shell) => {
    const { stdout } = await run("completion", shell);
    expect(stdout).toContain(shell === "zsh" ? "bashcompinit" : "complete -c stillwave");
    if (spawnSync(shell, ["--version"]).status !== 0) return; // its grammar is checked where it is installed
    expect(spawnSync(shell, ["-n", "-c", stdout]).status).toBe(0);
  });
});

test("Ctrl-C stops a real run between steps: its state is kept, the result says so, and the run goes on from there", async () => {
  const job = {
    structure: {
      lattice: [
        [0, 5.13, 5.13],
        [5.13, 0, 5.13],
        [5.13, 5.13, 0],
      ],
      atoms: [
        { element: "Si", position: [0, 0, 0] },
        { element: "Si", position: [0.25, 0.25, 0.25] },
      ],
    },
    ecut: 3,
    scf: {
      mixing: { name: "simple" },
      accelerator: { name: "none" },
      damping: 0.02,
      tolerance: { density: 1e-4 },
      maxIterations: 5000,
    },
  };
  writeFileSync(join(cwd, "slow.json"), JSON.stringify(parseJob(job)));
  const child = spawn(
    process.execPath,
    [BUILT.main, "scf", "slow.json", "--out", "slow.result.json", "--threads", "1"],
    { cwd },
  );
  let output = "";
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  child.stdout.on("data", (chunk: Buffer) => {
    const before = output;
    output += chunk.toString();
    if (!/\n +3 +-/.test(before) && /\n +3 +-/.test(output)) child.kill("SIGINT"); // the third row stands
  });
  const code = await new Promise<number | null>((done) => child.on("close", done));
  expect(errors).toMatch(/interrupted: stopping at the next safe point/);
  expect(code).toBe(3);
  const result = JSON.parse(readFileSync(join(cwd, "slow.result.json"), "utf8")) as {
    status: string;
    converged: boolean;
    iterations: number;
  };
  expect(result).toMatchObject({ status: "interrupted", converged: false });
  expect(result.iterations).toBeGreaterThanOrEqual(3);
  expect(errors).toMatch(/continue with --restart slow\.result\.checkpoint\.json/);
  expect(existsSync(join(cwd, "slow.result.checkpoint.json"))).toBe(true);

  writeFileSync(
    join(cwd, "two-more.json"),
    JSON.stringify({ ...job, scf: { ...job.scf, maxIterations: result.iterations + 2 } }),
  );
  const again = spawnSync(
    process.execPath,
    [
      BUILT.main,
      "scf",
      "two-more.json",
      "--restart",
      "slow.result.checkpoint.json",
      "--json",
      "--threads",
      "1",
    ],
    { cwd, encoding: "utf8" },
  );
  expect(again.status).toBe(3);
  const history = (JSON.parse(again.stdout) as { history: { step: number; densityResidual: number }[] })
    .history;
  expect(history.length).toBe(result.iterations + 2);
  expect(history.at(-1)!.densityResidual).toBeLessThan(history[0]!.densityResidual);
});
