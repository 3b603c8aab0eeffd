import { InputError, requireInput } from "../../../common/failure.ts";
import { EV_PER_HARTREE } from "../../../common/units.ts";
import type { Model } from "../../../model/model.ts";
import { isSmeared } from "../../../model/model.ts";
import { cutoffsOf } from "../../prepare/cutoffs.ts";
import type { Session } from "../../prepare/session.ts";
import { accuracyOf } from "../../schema/accuracy.ts";
import type { Settings } from "../settings.ts";
import { crystalOf, requireChoosable } from "./aimed-task.ts";
import { kgridOf } from "./first-choices.ts";

/** Error that a suggested cutoff leaves for each valence electron, and a low one [Ha]. */
const LEFT = { suggested: 0.01 / EV_PER_HARTREE, low: 0.25 / EV_PER_HARTREE };
/** Share of the error that the cutoff is chosen for. */
const BASIS_SHARE = 0.5;
/**
 * Distance of k-points that 1 meV per atom needs [bohr⁻¹], of crystals without and with smearing,
 * and the power of the error that it goes as: medians over bench/adaptive.ts.
 */
const SPACING = { insulator: 0.13, smeared: 0.055, power: 0.2, at: 1e-3 / EV_PER_HARTREE };

/**
 * Foretells what `aimedTask` will choose, without any run: the cutoff from the measured errors of
 * the potentials, the k-grid from what such crystals needed.
 *
 * @throws InputError for an accuracy without an energy, or a potential of which no cutoff is known.
 */
export async function foreseenSettings(session: Session, text: string): Promise<Settings> {
  requireChoosable(session.job);
  const { energy } = accuracyOf(text);
  if (energy === undefined)
    throw new InputError(`accuracy: must hold an energy for a prediction, got ${text}; add 1meV/atom`);
  const crystal = await crystalOf(session);
  const { model } = crystal;
  const spacing = isSmeared(model) ? SPACING.smeared : SPACING.insulator;
  const { kgrid } = kgridOf(crystal, spacing * (energy / SPACING.at) ** SPACING.power);
  return { ecut: foreseenCutoff(model, BASIS_SHARE * energy), kgrid };
}

/** The cutoff at which errors of atoms that fall as e^{−cE} are `allowed` on average [Ha]. */
function foreseenCutoff({ atoms, species }: Pick<Model, "atoms" | "species">, allowed: number): number {
  const laws = species.map(({ element, pseudopotential: p }) => {
    const known = cutoffsOf(p);
    requireInput(
      known !== undefined,
      () => `accuracy: no cutoff is known for ${element}; nothing is predicted`,
    );
    const { suggested, low } = known!;
    const rate = Math.log(LEFT.low / LEFT.suggested) / (suggested - low);
    return (ecut: number) => LEFT.suggested * p.charge * Math.exp(rate * (suggested - ecut));
  });
  const errorAt = (ecut: number) =>
    atoms.reduce((sum, atom) => sum + laws[atom.species]!(ecut), 0) / atoms.length;
  let ecut = 1;
  while (errorAt(ecut) > allowed) ecut *= 1.01;
  return Math.ceil(2 * ecut) / 2;
}
