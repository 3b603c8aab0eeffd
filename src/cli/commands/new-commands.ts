import { type Command, Option } from "commander";
import { CRYSTALS } from "../../build/crystals.ts";
import { MOLECULE_NAMES } from "../../build/molecule.ts";
import { READABLE } from "../../io/structures/structure-files.ts";
import type { ExitCode, Host } from "../host.ts";
import type { NewKind, NewOptions } from "./new.ts";

/** The commands under `stillwave new`. */
export function addNewCommands(program: Command, host: Host, exit: (code: ExitCode) => void): void {
  const group = program
    .command("new")
    .description("make a job: a crystal, slab or molecule, with settings to start from");
  const add = (kind: NewKind, argument: string, description: string): Command =>
    group
      .command(kind)
      .description(description)
      .argument("<NAME>", argument)
      .action(async (name: string, options: NewOptions) => {
        const { newCommand } = await import("./new.ts");
        exit(await newCommand(kind, name, options, host));
      });
  const crystal = () =>
    new Option("--crystal <NAME>", "crystal structure instead of the element's own").choices(CRYSTALS);

  jobOptions(
    add("bulk", "an element or a compound of two, such as Al or GaAs", "a perfect crystal")
      .addOption(crystal())
      .option("--a <LENGTH>", "lattice constant instead of the measured one")
      .option("--c <LENGTH>", "height of the hexagonal cell")
      .option("--conventional", "the cubic cell instead of the primitive one"),
  );
  jobOptions(
    add("slab", "an fcc or bcc element, such as Al", "a slab with vacuum, z along the surface normal")
      .option("--layers <N>", "atomic layers (default 4)")
      .option(
        "--vacuum <LENGTH>",
        "distance between the surfaces of neighbouring slabs (default 10 angstrom)",
      )
      .option("--face <HKL>", "Miller indices such as 111 or 1,-1,0 (default 100)")
      .addOption(crystal())
      .option("--a <LENGTH>", "lattice constant instead of the measured one"),
  );
  jobOptions(
    add("molecule", `one of ${MOLECULE_NAMES.join(", ")}`, "a small molecule in a box").option(
      "--vacuum <LENGTH>",
      "distance between neighbouring molecules (default 6 angstrom)",
    ),
  );
  jobOptions(
    group
      .command("from")
      .description("a job around the structure in a file")
      .argument("<FILE>", `a structure: ${READABLE}`)
      .option("--allow-close-atoms", "go on with atoms nearer than half the sum of their covalent radii")
      .option("--allow-formula-mismatch", "go on where the atoms of a CIF are not those of its formula")
      .action(async (file: string, options: NewOptions) => {
        const { newFromCommand } = await import("./convert.ts");
        exit(await newFromCommand(file, options, host));
      }),
  );
}

/** What every new job may be told. */
export const jobOptions = (command: Command): Command =>
  command
    .option("--repeat <N,N,N>", "copies along the lattice vectors, such as 2,2,1")
    .addOption(
      new Option("--units <NAME>", "unit of every length here and in the job")
        .choices(["angstrom", "bohr"])
        .default("angstrom"),
    )
    .addOption(
      new Option("--functional <NAME>", "functional, with pseudopotentials made for it")
        .choices(["lda", "pbe"])
        .default("lda"),
    )
    .option(
      "--pseudopotentials <NAME>",
      "shipped family or entry, such as gth-lda-q1 or Cu=gth-lda-q1,O=gth-lda (stillwave info lists them)",
    )
    .option("--ecut <HA>", "plane-wave cutoff (default from the pseudopotentials)")
    .option("--kgrid <N,N,N>", "k-points (default from the cell)")
    .option("--moment <MUB>", "initial magnetic moment of every atom; makes the run spin-polarised")
    .option("--out <FILE>", "write the job instead of printing it");
