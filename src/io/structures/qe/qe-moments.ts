import { scale, type Vec3 } from "../../../common/vec3.ts";
import type { TextSource } from "../../text-source.ts";
import { axisWarning, collinearMoments } from "../collinear-moments.ts";
import { numberOf } from "./qe-cell.ts";
import type { Namelists, Setting } from "./qe-namelist.ts";

/**
 * Reads starting_magnetization of each kind: the share of its valence electrons with unpaired spin;
 * beyond ±1, allowed from 7.3 on, a moment [μB]. Undefined without magnetisation.
 */
export function momentShares(
  source: TextSource,
  { others }: Namelists,
  settings: ReadonlyMap<string, Setting>,
  kinds: number,
): number[] | undefined {
  const isTrue = (key: string) => /^\.?t/i.test(settings.get(key)?.value ?? "");
  const nspin = numberOf(source, settings, "nspin") ?? 1;
  const spin = isTrue("noncolin") ? 4 : nspin;
  const magnetisations = [...settings].filter(([key]) => /^starting_magnetization(\(|$)/.test(key));
  const [first] = magnetisations;
  if (![1, 2, 4].includes(spin))
    source.fail(settings.get("nspin")!.at, "1, 2 or 4 for nspin", settings.get("nspin")!.value);
  if (first === undefined) {
    const isStart = !/nscf|bands/i.test(others.get("calculation")?.value ?? "");
    const isFixed = ["tot_magnetization", "constrained_magnetization"].some((key) => settings.has(key));
    if (spin === 2 && isStart && !isFixed)
      source.fail(
        settings.get("nspin")!.at,
        "beside starting_magnetization, which pw.x demands",
        "nspin = 2 alone",
      );
    if (spin === 2)
      source.warn(
        settings.get("nspin")!.at,
        "nspin = 2 without starting_magnetization: no atom has a moment here; give magneticMoment",
      );
    if (spin === 4)
      source.warn(
        settings.get("noncolin")?.at ?? settings.get("nspin")!.at,
        "non-collinear spin and spin-orbit coupling are not read",
      );
    return undefined;
  }
  if (spin === 1) {
    source.warn(
      first[1].at,
      "starting_magnetization without nspin = 2 means nothing to pw.x: no atom has a moment",
    );
    return undefined;
  }
  if (kinds === 0) source.fail(first[1].at, "beside ATOMIC_SPECIES, which numbers the kinds", first[0]);
  const of = (key: string, kind: number) => numberOf(source, settings, `${key}(${kind + 1})`) ?? 0;
  const shares = Array.from({ length: kinds }, (_, kind) => of("starting_magnetization", kind));
  for (const [key, { at }] of magnetisations)
    if (Number(/\((\d+)\)/.exec(key)?.[1] ?? 1) > kinds)
      source.fail(at, `for one of the ${kinds} kinds in ATOMIC_SPECIES`, key);
  for (const share of shares)
    if (Math.abs(share) > 1)
      source.warn(
        first[1].at,
        `starting_magnetization ${share} is taken for a moment in Bohr magnetons, as pw.x does from 7.3 on; before, shares of the valence electrons end at 1`,
      );
  if (spin === 2) return shares;
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const found = collinearMoments(
    shares.map((share, kind): Vec3 => {
      const [polar, azimuth] = [radians(of("angle1", kind)), radians(of("angle2", kind))];
      return scale(share, [
        Math.sin(polar) * Math.cos(azimuth),
        Math.sin(polar) * Math.sin(azimuth),
        Math.cos(polar),
      ]);
    }),
  );
  if (found === undefined)
    return source.fail(
      first[1].at,
      "moments along one axis: spin is collinear here",
      "angle1 and angle2 that differ",
    );
  source.warn(
    first[1].at,
    axisWarning(found) ?? "non-collinear spin is computed as collinear, without spin-orbit coupling",
  );
  return [...found.moments];
}
