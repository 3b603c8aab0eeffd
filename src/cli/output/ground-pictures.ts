import type { Given, Option } from "../../common/options.ts";
import { EV_PER_HARTREE } from "../../common/units.ts";
import type { Vec3 } from "../../common/vec3.ts";
import { writePicture } from "../../io/picture.ts";
import { effectivePotential } from "../../job/tasks/scf/effective-potential.ts";
import type { GroundFields } from "../../job/tasks/scf/ground-fields.ts";
import type { ResultFile } from "../../job/tasks/scf/result.ts";
import type { Plane } from "../../observables/slice.ts";
import { convergenceSvg } from "../../plot/convergence.ts";
import { errorPartsSvg } from "../../plot/error-parts.ts";
import { fieldSvg, VECTORS } from "../../plot/field-picture.ts";
import type { FreePlane } from "../../plot/free-plane.ts";
import { stepTimesSvg, type TimedStep } from "../../plot/step-times.ts";
import type { HistoryRow } from "../../scf/state.ts";
import type { Keep } from "../work/job-command.ts";
import { drawnErrors } from "./error-estimates.ts";
import { output, PICTURE, PICTURE_WIDTH } from "./outputs.ts";

/** Pictures that `stillwave scf` can draw. */
export const PICTURE_OPTIONS = {
  ...PICTURE_WIDTH,
  plot: output("draw the convergence: .svg, .png or .pdf", PICTURE),
  plotDensity: output("draw the density: a slice and its plane average", PICTURE),
  plotPotential: output("draw the potential that electrons see, likewise", PICTURE),
  plotErrors: output("draw the parts of the estimated errors, which it asks for", PICTURE),
  plotTimes: output("draw what each step spent its time on", PICTURE),
  slice: {
    rule: "must be two lattice vectors and where the plane cuts the third, a Cartesian normal and an atom, or three atoms; such as ca@0.5, 1,1,0@1 or atoms:1,2,5",
    help: "slice to draw: ca@0.5, vectors c and a at half of b; 1,1,0@1, normal to x + y through atom 1; atoms:1,2,5",
    value: "PLANE",
    read: parsePlane,
    allows: (plane) => plane !== undefined,
  } satisfies Option<Plane | FreePlane | undefined>,
};

/** Draws what was asked for; `say` hears of what is not drawn. */
export async function drawGroundState(
  { slice: plane, pictureWidth: width, ...names }: Given<typeof PICTURE_OPTIONS>,
  {
    result,
    fields,
    title,
  }: {
    readonly result: ResultFile;
    readonly fields?: GroundFields | undefined;
    readonly title: string;
  },
  keep: Keep,
  say: (text: string) => void,
): Promise<void> {
  const { history, job } = result;
  const draw = (name: string | undefined, picture: () => Promise<string>) =>
    keep("plot", name, async (path) => writePicture(path, await picture()));
  if (names.plot !== undefined && !history.some((row) => row.densityResidual > 0))
    say(`plot: not drawn, ${names.plot} would have no step in it`);
  else
    await draw(names.plot, () => {
      const { density } = job.scf.tolerance;
      const tolerance = density === undefined ? {} : { tolerance: density };
      return convergenceSvg([{ label: job.scf.mixing.name, history }], { title, width, ...tolerance });
    });
  const timed = history.flatMap(timedStep);
  await draw(names.plotTimes, () => stepTimesSvg(timed, { title, width }));
  const { errors } = result;
  if (errors !== undefined)
    await draw(names.plotErrors, () => errorPartsSvg(drawnErrors(errors), { title, width }));
  else if (names.plotErrors !== undefined)
    say(`plot: not drawn, ${names.plotErrors} would have no error in it`);
  if (fields === undefined) return;
  const { model, grid, density, fermiLevel } = fields;
  await draw(names.plotDensity, () =>
    fieldSvg(model, grid, density, {
      title,
      width,
      plane,
      quantity: "valence density (bohr⁻³)",
      symbol: "ρ (bohr⁻³)",
      range: [0, 0.99],
    }),
  );
  await draw(names.plotPotential, () =>
    fieldSvg(model, grid, effectivePotential(fields), {
      title,
      width,
      plane,
      quantity: "potential above Fermi level (eV)",
      unit: EV_PER_HARTREE,
      zero: fermiLevel,
      symbol: "V − Fermi level (eV)",
      range: [0.15, 1],
      level: { value: 0, label: "Fermi level" },
    }),
  );
}

/**
 * Reads a plane: `ac@0.5`, spanned by lattice vectors a (across) and c (up), at half of b;
 * `1,1,0@2`, normal to a Cartesian direction through atom 2; `atoms:1,2,5`, through three atoms.
 */
function parsePlane(text: string): Plane | FreePlane | undefined {
  const [, numbers] = /^atoms:(\d+,\d+,\d+)$/.exec(text) ?? [];
  if (numbers !== undefined)
    return { atoms: numbers.split(",").map(Number) as unknown as [number, number, number] };
  const [, normal, atom] = /^(-?[\d.]+,-?[\d.]+,-?[\d.]+)@(\d+)$/.exec(text) ?? [];
  if (normal !== undefined) {
    const direction = normal.split(",").map(Number) as unknown as Vec3;
    return direction.every(Number.isFinite) ? { normal: direction, atom: Number(atom) } : undefined;
  }
  const [, across, up, position] = /^([abc])([abc])@([\d.]+)$/.exec(text) ?? [];
  const at = Number(position);
  if (across === up || !(at >= 0 && at <= 1)) return undefined;
  const index = (name: string) => VECTORS.indexOf(name as "a") as 0 | 1 | 2;
  return { across: index(across!), up: index(up!), at };
}

/** Wall time of a step by what was done: in blocks of orbitals as their threads spent it. */
function timedStep({ step, parts, work }: HistoryRow): TimedStep[] {
  if (parts === undefined) return [];
  if (work === undefined) return [{ step, parts: { ...parts } }];
  const { diagonalise, density, ...others } = parts;
  const all = Object.values(work).reduce((sum, { seconds }) => sum + seconds, 0) || 1;
  const share = (...kinds: readonly (keyof typeof work)[]) =>
    kinds.reduce((sum, kind) => sum + (work[kind].seconds / all) * (diagonalise + density), 0);
  const inBlocks = {
    transforms: share("transforms"),
    products: share("products"),
    "small matrices": share("orthogonalisation", "eigenproblems"),
    "other loops": share("preconditioner", "columns", "other"),
    waiting: share("waiting"),
  };
  return [{ step, parts: { ...inBlocks, ...others } }];
}
