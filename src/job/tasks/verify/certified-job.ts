import { requireInput } from "../../../common/failure.ts";
import { shown } from "../../../common/file-schema.ts";
import type { SampledElectrons } from "../../../errors/energy/energy-certificate.ts";
import { atomsOf, type ExactProblem, exactProblem } from "../../../errors/problem/exact-problem.ts";
import { exactHamiltonian } from "../../../ground/error-bars.ts";
import type { CertificateHead, CertificateOrigin } from "../../../io/certificate/certificate-file.ts";
import { wholeMesh } from "../../../model/kpoint-set.ts";
import { fixedHamiltonian } from "../../prepare/fixed-hamiltonian.ts";
import { jobCrystal } from "../../prepare/job-crystal.ts";
import { dipoleAxis } from "../../prepare/model.ts";
import { jobZone } from "../../prepare/room/sizes.ts";
import type { Session } from "../../prepare/session.ts";
import { kindOf, originOf } from "./origin.ts";

/**
 * Requires that a certificate is of a job: the same crystal and potentials in every bit, and the
 * same cutoff, functional and k-points as far as the certificate states them. What an energy is of,
 * its electrons and k-points, must be the job's whatever the certificate states.
 *
 * @returns what could not be compared, one line each
 * @throws InputError for the first field that differs
 */
export async function requireCertifiedJob(
  head: Pick<CertificateHead, "problem" | "spinDown" | "origin" | "energy">,
  session: Session,
): Promise<string[]> {
  const { job } = session;
  const { problem } = head;
  const untold: string[] = [];
  const [stated, origin] = await withAxes(session, originOf(job), head.origin ?? {});
  const mine = await problemOf(session);
  requireSame("hamiltonian", problem.kind, mine.kind);
  if (kindOf(job) === "kohn-sham")
    requireSame("spin", head.spinDown === undefined ? "none" : "collinear", job.spin);
  for (const field of new Set([...Object.keys(stated), ...Object.keys(origin)])) {
    if (Object.hasOwn(origin, field)) requireSame(field, origin[field], stated[field]);
    else untold.push(`${field} of the job, ${shown(stated[field])}: the certificate does not state it`);
  }
  requireSame("lattice", problem.lattice, mine.lattice);
  const [theirs, own] = [atomsOf(problem), atomsOf(mine)];
  requireSame("number of atoms", theirs.length, own.length);
  theirs.forEach((atom, i) => {
    requireSame(`element of atom ${i + 1}`, atom.potential.element, own[i]!.potential.element);
    requireSame(`position of atom ${i + 1}`, atom.position, own[i]!.position);
    requireSame(`pseudopotential of atom ${i + 1}`, atom.potential, own[i]!.potential);
  });
  if (head.energy !== undefined) await requireSampledModel(head.energy, session);
  if (problem.kind !== "frozen" || mine.kind !== "frozen") return untold;
  if (kindOf(job) !== "kohn-sham")
    for (const stated of [problem.coefficients, head.spinDown ?? mine.coefficients])
      requireSame("potential", stated, mine.coefficients);
  else untold.push("Hartree and xc potential: that of a self-consistent run, which is not made again");
  return untold;
}

/**
 * Names the dipole corrections of a job and of a certificate alike: none in place of false, and
 * where one says true and the other a lattice vector, the vector that is found.
 */
async function withAxes(
  session: Session,
  ...origins: [CertificateOrigin, CertificateOrigin]
): Promise<[CertificateOrigin, CertificateOrigin]> {
  const [mine, theirs] = origins.map(({ dipoleCorrection: asked, ...rest }) =>
    asked === undefined || asked === false ? rest : { ...rest, dipoleCorrection: asked },
  ) as [CertificateOrigin, CertificateOrigin];
  const asked = [mine, theirs].map(({ dipoleCorrection }) => dipoleCorrection);
  if (!asked.includes(true) || !asked.some((axis) => typeof axis === "number")) return [mine, theirs];
  const { model } = await jobCrystal(session);
  const found = 1 + dipoleAxis({ dipoleCorrection: true }, model)!;
  const resolved = (origin: CertificateOrigin): CertificateOrigin =>
    origin.dipoleCorrection === true ? { ...origin, dipoleCorrection: found } : origin;
  return [resolved(mine), resolved(theirs)];
}

/** Requires that an energy is that of a job's model: its electrons, interaction and k-points. */
async function requireSampledModel({ electrons, mesh }: SampledElectrons, session: Session): Promise<void> {
  const { job } = session;
  requireSame("hamiltonian", "kohn-sham", kindOf(job));
  for (const field of ["functional", "smearing", "spin"] as const) requireSame(field, "none", job[field]);
  requireSame("dipoleCorrection", false, job.dipoleCorrection ?? false);
  const { model, operations } = await jobCrystal(session);
  requireSame("electrons", electrons, model.electrons);
  // the proof is of a finer run, on a grid of its own; where there was none, on that of the job
  const own = [job, { ...job, fftSize: null }].map((at) => wholeMesh(jobZone(at, model, operations).zone));
  const stated = JSON.stringify(mesh);
  if (!own.some((sampling) => JSON.stringify(sampling) === stated))
    requireSame("k-points of the sampling", mesh, own[1]);
}

function requireSame(field: string, certificate: unknown, job: unknown): void {
  requireInput(
    JSON.stringify(certificate) === JSON.stringify(job),
    () => `${field}: must be that of the certificate, ${shown(certificate)}, got ${shown(job)} in the job`,
  );
}

async function problemOf(session: Session): Promise<ExactProblem> {
  if (session.job.hamiltonian !== "kohn-sham") {
    const { model, stored } = await fixedHamiltonian(session);
    return exactHamiltonian(model, stored?.());
  }
  const { model } = await jobCrystal(session);
  const { lattice, ...core } = exactProblem(model);
  const atoms = core.kind === "cohen-bergstresser" ? [] : core.atoms;
  return { kind: "frozen", lattice, atoms, coefficients: [] };
}
