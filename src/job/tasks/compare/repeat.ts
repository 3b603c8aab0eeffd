import { scale, type Vec3 } from "../../../common/vec3.ts";
import type { Structure } from "../../prepare/structure.ts";
import type { Job } from "../../schema/job.ts";

/** Divisions of the repeated cell with the same k-points; a spacing stays what it is. */
const folded = (
  kgrid: Job["kgrid"],
  axis: 0 | 1 | 2,
  count: number,
  along: (v: Vec3, value: number) => Vec3,
): Job["kgrid"] =>
  "spacing" in kgrid || kgrid[axis] % count !== 0 ? kgrid : along(kgrid, kgrid[axis] / count);

/**
 * The job of `count` copies of its structure along one lattice vector. The k-grid along it is
 * divided where that gives a whole number, so that the k-points are the same, folded; given bands
 * and grid points are multiplied.
 *
 * @param structure that of the job, resolved.
 */
export function repeatedJob(
  job: Job,
  structure: Structure & { readonly charge?: number },
  axis: 0 | 1 | 2,
  count: number,
): Job {
  const along = (v: Vec3, value: number): Vec3 => [
    axis === 0 ? value : v[0],
    axis === 1 ? value : v[1],
    axis === 2 ? value : v[2],
  ];
  const [a, b, c] = structure.lattice;
  const charge = job.charge ?? structure.charge;
  return {
    ...job,
    ...(job.title === undefined || count === 1 ? {} : { title: `${job.title}, ${count} times` }),
    structure: {
      lattice: [
        axis === 0 ? scale(count, a) : a,
        axis === 1 ? scale(count, b) : b,
        axis === 2 ? scale(count, c) : c,
      ],
      atoms: Array.from({ length: count }, (_, copy) =>
        structure.atoms.map((atom) => ({
          ...atom,
          position: along(atom.position, (atom.position[axis] + copy) / count),
        })),
      ).flat(),
      cartesian: false,
      units: "bohr",
      allowCloseAtoms: job.structure.allowCloseAtoms,
    },
    ...(charge === undefined ? {} : { charge: charge * count }),
    kgrid: folded(job.kgrid, axis, count, along),
    ...(job.kpoints === undefined
      ? {}
      : { kpoints: job.kpoints.map(({ k, weight }) => ({ k: along(k, k[axis] * count), weight })) }),
    bands: job.bands === null ? null : job.bands * count,
    fftSize: job.fftSize === null ? null : along(job.fftSize, job.fftSize[axis] * count),
  };
}
