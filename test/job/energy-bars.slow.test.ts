import { expect, test } from "vitest";
import { certificateLines } from "../../src/io/certificate/certificate-file.ts";
import { openSession } from "../../src/job/prepare/session.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import type { EnergyCertificate } from "../../src/job/tasks/scf/energy-bars/energy-bars.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { requireCertifiedJob } from "../../src/job/tasks/verify/certified-job.ts";
import { verifyCertificate } from "../../src/job/tasks/verify/verify-certificate.ts";

const fcc = (a: number) => [[0, a / 2, a / 2], [a / 2, 0, a / 2], [a / 2, a / 2, 0]]; // biome-ignore format: a matrix
/** Γ counts once, (0,0,⅓) twice. */
const job = (
  a: number,
  atoms: readonly (readonly [string, number])[],
  pseudopotentials: object | string,
) => ({
  structure: {
    lattice: fcc(a),
    atoms: atoms.map(([element, x]) => ({ element, position: [x, x, x] })),
  },
  functional: "none",
  smearing: "none",
  pseudopotentials,
  kgrid: [1, 1, 3],
  kgridSymmetry: "none",
  ecut: 20,
  scf: { tolerance: { energy: 1e-10, density: 1e-7 } },
});
const SYSTEMS = [
  {
    name: "silicon",
    electrons: 8,
    job: job(10.263, [["Si", 0.125], ["Si", -0.125]], "gth-lda"),
    far: 120,
    width: 1e-6,
    levelWidth: 3e-3,
  },
  {
    name: "lithium hydride",
    electrons: 4,
    job: job(7.72, [["Li", 0], ["H", 0.5]], { Li: "gth-lda-q3", H: "gth-lda-q1" }),
    far: 320,
    width: 1e-6,
    levelWidth: 3e-3,
  },
  { name: "helium", electrons: 2, job: job(8, [["He", 0]], "gth-lda"), far: 320, width: 5e-6, levelWidth: 2e-2 },
] as const; // biome-ignore format: a table

type Changed = { -readonly [Key in keyof EnergyCertificate]: EnergyCertificate[Key] };
/** What somebody who computes the hashes anew would write. */
const TAMPERED: readonly (readonly [what: string, change: (proof: Changed) => void, refusal: RegExp])[] = [
  [
    "half of the interval alone",
    (proof) => {
      const { lower, upper } = proof.energy;
      proof.energy = { ...proof.energy, lower: (lower + upper) / 2 };
    },
    /^energy: \[.*\] Ha is proved, which \[.*\] Ha does not contain$/,
  ],
  [
    "Γ counted twice",
    (proof) => {
      const mesh = proof.energy.mesh.map((point) => ({ ...point, multiplicity: 2 }));
      proof.energy = { ...proof.energy, mesh };
    },
    /^energy: \[.*\] Ha is proved, which \[.*\] Ha does not contain$/,
  ],
  [
    "a number of a vector",
    (proof) => {
      const [first, ...others] = proof.points;
      const last = first!.proposals.at(-1)!;
      const vectors = last.trial.vectors.slice();
      vectors[0]! += 0.01;
      const proposals = [...first!.proposals.slice(0, -1), { ...last, trial: { ...last.trial, vectors } }];
      proof.points = [{ ...first!, proposals }, ...others];
    },
    /^(band 1: \[.*\] is proved|proposal \d proves nothing|energy: rests on the bands)/,
  ],
  [
    "half of the interval of a level",
    (proof) => {
      const levels = proof.energy.levels!.map((bands, point) =>
        bands.map((band, i) =>
          point === 1 && i === 1 ? { ...band, upper: (band.lower + band.upper) / 2 } : band,
        ),
      );
      proof.energy = { ...proof.energy, levels };
    },
    /^self-consistent levels: k-point 2: of band 2 \[.*\] Ha is proved/,
  ],
];
const failuresOf = async (proof: EnergyCertificate) =>
  (await verifyCertificate(certificateLines(proof, proof.points))).failures.map(({ reason }) => reason);

/** Energies fall with the basis: that of a far larger one is above the least, and nearer to it than the interval is wide. */
test.each(SYSTEMS)(
  "reduced Hartree-Fock $name at 20 Ha: an interval that holds the energy of a far larger basis, and changed proofs do not stand",
  async ({ electrons, job: at20, far, width, levelWidth }) => {
    let proof: EnergyCertificate | undefined;
    const onCertificate = (certificate: EnergyCertificate) => {
      proof = certificate;
    };
    const { energyBounds, energies } = await runScf(at20, { errorBars: true, onCertificate });
    const { lower, upper, certificateDensity, parts, assumptions, kpoints, levels } = energyBounds!;
    const fine = await runScf({ ...at20, ecut: far });
    expect(upper - lower).toBeLessThan(width);
    expect(energies.total).toBeGreaterThan(upper);
    expect(fine.energies.total).toBeGreaterThan(lower);
    expect(fine.energies.total).toBeLessThan(upper);
    expect(assumptions[0]).toMatch(/reduced Hartree-Fock at zero temperature on the given k-points/);
    expect(certificateDensity!.ecut).toBeGreaterThanOrEqual(40);
    expect(certificateDensity!.error).toBeLessThan(2.5e-3);
    expect(kpoints).toBe(3);
    // levels of a basis are above the true ones, here by less than rounding of the intervals shows
    for (const { k, bands } of levels!) {
      const { eigenvalues } = fine.kpoints.find((point) =>
        point.k.every((x, i) => Math.abs(x - k[i]!) < 1e-12),
      )!;
      expect(bands.length).toBe(electrons / 2 + 2);
      bands.forEach((band, i) => {
        expect(eigenvalues[i]).toBeGreaterThan(band.lower);
        expect(eigenvalues[i]).toBeLessThan(band.upper);
        expect(band.upper - band.lower).toBeLessThan(levelWidth);
      });
    }
    expect(parts.bands + parts.density).toBeLessThan(upper - lower);
    expect(proof!.energy).toMatchObject({ lower, upper, densityError: certificateDensity!.error, electrons });
    // nothing of it is another job's
    const session = await openSession(parseJob(at20));
    expect((await requireCertifiedJob(proof!, session)).at(-1)).toMatch(/^Hartree and xc potential/);

    expect(await failuresOf(proof!)).toEqual([]);
    // those of the larger certificates take longer
    for (const [, change, refusal] of electrons === 8 ? TAMPERED : TAMPERED.slice(0, 3)) {
      const changed: Changed = { ...proof! };
      change(changed);
      const failures = await failuresOf(changed);
      expect(failures.length).toBeGreaterThan(0);
      for (const reason of failures) expect(reason).toMatch(refusal);
    }
  },
);
