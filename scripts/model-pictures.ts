/**
 * The pictures of docs/models.md and the numbers beside them: `npx tsx scripts/model-pictures.ts` writes docs/models/*.svg and
 * prints the tables.
 */
import { writeFileSync } from "node:fs";
import {
  anderson,
  asRealField,
  chi0Exact,
  contourSvg,
  damped,
  defineModel,
  densityMixing,
  dielectric,
  dielectricMatrix,
  externalPotential,
  groundState,
  growthSvg,
  hybrid,
  insulatorLine,
  kerker,
  type LineSystem,
  layer,
  ldos,
  lineSystem,
  metalLine,
  minimiseCondensate,
  mixedLine,
  modesSvg,
  observedRate,
  powerNonlinearity,
  preconditionedSpectrum,
  profileSvg,
  simple,
  slice,
  spectraSvg,
  stacked,
  vortices,
} from "../src/index.ts";

const folder = new URL("../docs/models/", import.meta.url);
const save = (name: string, svg: string): void => writeFileSync(new URL(name, folder), svg);

async function condensate(): Promise<void> {
  const [side, omega, beta] = [18, 0.8, 400];
  const middle = side / 2;
  const model = await defineModel({
    cell: [[side, 0], [0, side]], // biome-ignore format: a matrix
    ecut: 30,
    seed: 3,
    vectorPotential: ([x, y]) => [-omega * (y - middle), omega * (x - middle), 0],
    terms: (grid) => [
      externalPotential(grid, ([x, y]) => 0.5 * (1 - omega ** 2) * ((x - middle) ** 2 + (y - middle) ** 2)),
      powerNonlinearity(grid, { coefficient: beta / 2, power: 2 }),
    ],
  });
  const { energies, density, wave, steps, residual } = await minimiseCondensate(model, {
    tolerance: 1e-4,
    maxIterations: 4000,
  });
  const { grid } = model.basis;
  const found = vortices(grid, wave);
  console.log(
    `condensate: E = ${energies.total.toFixed(6)} Ha after ${steps} steps, residual ${residual.toExponential(1)},`,
    `${found.length} vortices of charge ${[...new Set(found.map(({ charge }) => charge))]}`,
  );
  save(
    "condensate.svg",
    await contourSvg(slice(grid, density, { across: 0, up: 1, at: 0 }), {
      title: `Rotating condensate, β = ${beta}, Ω = ${omega}: ${found.length} vortices`,
      quantity: "|ψ|² (bohr⁻²)",
      axes: ["x (bohr)", "y (bohr)"],
    }),
  );
}

const solved = async (system: LineSystem) => {
  const model = await lineSystem(system);
  const ground = await groundState(model, {
    method: densityMixing({ preconditioner: ldos(), damping: 0.5 }),
    tolerance: { density: 1e-8 },
  });
  if (!ground.converged) throw new Error("the ground state did not converge");
  return { model, ground, matrix: await dielectricMatrix(model, ground.density.data) };
};

/** What each system is preconditioned with. The mixed one is told where its insulator is. */
const family = (localisation?: Parameters<typeof hybrid>[0]) =>
  [
    ["none", simple()],
    ["Kerker", kerker()],
    ["dielectric", dielectric({ epsilonR: 1.5 })],
    ["LDOS", ldos()],
    ["hybrid", hybrid({ epsilonR: 1.5, ...localisation })],
    ["exact", chi0Exact({ tolerance: 1e-4 })],
  ] as const;

/** L(x) of the insulator in `mixedLine`, that lies from `from` to `to` along the cell. */
const inInsulator = ({ length, ions }: LineSystem) => {
  const bound = ions.filter(({ charge }) => charge === 2).map(({ position }) => position);
  if (bound.length === 0 || bound.length === ions.length) return {};
  const [from, to] = [Math.min(...bound) - 2.5, Math.max(...bound) + 2.5];
  return { localisation: layer({ axis: 0, from: from / length, to: to / length, steepness: 30 }) };
};

async function lines(): Promise<void> {
  const systems = [
    ["Metal", metalLine, [4, 8, 16, 32]],
    ["Insulator", insulatorLine, [4, 8, 16, 26]],
    ["Metal, insulator and vacuum", mixedLine, [3, 5, 7, 10]],
  ] as const;
  const spectra: string[] = [];
  const growth: string[] = [];
  for (const [name, make, sizes] of systems) {
    const series = new Map<string, { length: number; condition: number }[]>();
    for (const [index, cells] of sizes.entries()) {
      const system = make(cells);
      const { ground, matrix } = await solved(system);
      const found = [];
      for (const [label, preconditioner] of family(inInsulator(system))) {
        const spectrum = await preconditionedSpectrum(matrix, preconditioner);
        found.push({ label, spectrum });
        const points = series.get(label) ?? [];
        points.push({ length: system.length, condition: spectrum.rates?.condition ?? Number.NaN });
        series.set(label, points);
      }
      const row = found
        .map(({ label, spectrum }) => `${label} ${spectrum.rates?.condition.toFixed(2)}`)
        .join(", ");
      console.log(`${name}, ${system.length} bohr, ${ground.history.length} steps: ${row}`);
      if (index !== 2) continue;
      spectra.push(
        await spectraSvg(
          found.map(({ label, spectrum }) => ({ label, eigenvalues: spectrum.eigenvalues })),
          { title: `${name}, ${system.length} bohr`, domain: [0.01, 150] },
        ),
      );
      if (make !== mixedLine) continue;
      const none = found[0]!.spectrum;
      const screened = found[1]!.spectrum;
      const states = matrix.localDensityOfStates({ center: matrix.iterate.fermiLevel, width: 0.05 });
      const [n, length] = [none.eigenvalues.length, system.length];
      save(
        "mixed.svg",
        stacked([
          await profileSvg(
            [
              { label: "density", values: ground.density.data },
              { label: "states at the Fermi level (1/Ha)", values: states },
            ],
            { title: "Metal, insulator, vacuum", length, quantity: "bohr⁻³", axis: "position" },
          ),
          await modesSvg(
            [
              {
                label: `none: λ = ${none.eigenvalues[n - 1]!.toFixed(1)}`,
                values: Array.from(none.modeOf(n - 1)),
              },
              {
                label: `Kerker: λ = ${screened.eigenvalues[0]!.toFixed(3)}`,
                values: Array.from(screened.modeOf(0)),
              },
            ],
            { length },
          ),
        ]),
      );
    }
    growth.push(
      await growthSvg(
        [...series].map(([label, points]) => ({ label, points })),
        { title: name, domain: [0.9, 700] },
      ),
    );
  }
  save("spectra.svg", stacked(spectra));
  save("growth.svg", stacked(growth));
}

/** Rates of the iteration from near the ground state of the mixed line, against what the spectrum says. */
async function rates(): Promise<void> {
  const { model, ground, matrix } = await solved(mixedLine(5));
  const { points } = model.basis.grid;
  // A bump in the metal and its like in the insulator: no charge, and every mode has a part in it.
  const bump = ground.density.data.map(
    (x, r) => x + 1e-4 * (gaussian(r / points - 0.1) - gaussian(r / points - 0.5)),
  );
  const start = { ...model, startDensity: asRealField(bump) };
  const bands = Math.min(...model.basis.kpoints.map(({ planeWaves }) => planeWaves)) - 2;
  console.log(
    "| | κ | damped: predicted | observed | Anderson: predicted | observed |\n|---|---|---|---|---|---|",
  );
  for (const [label, preconditioner] of family().slice(0, 4)) {
    const { rates: predicted } = await preconditionedSpectrum(matrix, preconditioner);
    if (predicted === null) throw new Error("an eigenvalue is not positive");
    const run = async (accelerator: ReturnType<typeof damped>, damping: number, maxIterations: number) => {
      const { history } = await groundState(start, {
        method: densityMixing({ preconditioner, accelerator, damping }),
        maxIterations,
        bands,
        tolerance: { density: 1e-10 },
      });
      return history.map(({ densityResidual }) => densityResidual);
    };
    const slow = observedRate(await run(damped(), predicted.optimalDamping, 100));
    const fast = await run(anderson({}), 0.5, 60);
    const mean = (fast.at(-1)! / fast[0]!) ** (1 / (fast.length - 1));
    const numbers = [predicted.dampedRate, slow!, predicted.andersonRate, mean].map((x) => x.toFixed(2));
    console.log(`| ${label} | ${predicted.condition.toFixed(1)} | ${numbers.join(" | ")} |`);
  }
}

const gaussian = (x: number): number => Math.exp(-((x / 0.03) ** 2));

await condensate();
await lines();
await rates();
