import { InputError } from "../../common/failure.ts";
import { isNode } from "../../common/platform.ts";
import type { MoyoSource, SpaceGroupIdentifier, SpaceGroupSetting } from "../../model/moyo.ts";
import type { SymmetryAnalyser } from "../../model/symmetry.ts";

/** What a CIF that names its space group is read with. */
export interface SpaceGroupTables {
  readonly settings: readonly SpaceGroupSetting[];
  readonly identify: SpaceGroupIdentifier;
}

/** What differs between Node and a browser. */
export interface PlatformServices {
  analyseSymmetry(): Promise<SymmetryAnalyser>;
  /** Loaded only for files that need it. */
  spaceGroups(): Promise<SpaceGroupTables>;
  readText(path: string): Promise<string>;
  /** CPU time of the process so far [s], all threads; absent where it cannot be asked. */
  cpuSeconds(): number | undefined;
  /** Largest resident memory so far [bytes]. */
  peakMemory(): number | undefined;
  /** [bytes]; infinite where it cannot be asked. */
  systemMemory(): number;
}

/**
 * Services of the platform this runs on. Node's are loaded only there.
 *
 * @param symmetryModule bytes or address of moyo's WebAssembly module. Default the installed one.
 */
export async function platformServices(symmetryModule?: MoyoSource): Promise<PlatformServices> {
  if (isNode) {
    const [{ loadIdentifier, loadMoyo, loadSpaceGroups }, { readTextFrom, systemMemory }] = await Promise.all(
      [import("../../io/moyo-node.ts"), import("../../io/node-files.ts")],
    );
    return {
      analyseSymmetry: () => loadMoyo(symmetryModule),
      spaceGroups: async () => ({
        settings: await loadSpaceGroups(symmetryModule),
        identify: await loadIdentifier(symmetryModule),
      }),
      readText: readTextFrom("."),
      cpuSeconds: () => {
        const { user, system } = process.cpuUsage();
        return (user + system) / 1e6;
      },
      peakMemory: () => process.resourceUsage().maxRSS * 1024,
      systemMemory,
    };
  }
  return {
    analyseSymmetry: async () => (await import("../../model/moyo.ts")).moyoAnalyser(symmetryModule),
    spaceGroups: async () => {
      const { moyoIdentifier, moyoSettings } = await import("../../model/moyo.ts");
      return { settings: await moyoSettings(symmetryModule), identify: await moyoIdentifier(symmetryModule) };
    },
    readText: (path) =>
      Promise.reject(
        new InputError(`structure.file: "${path}" cannot be read here; give the structure in the job`),
      ),
    cpuSeconds: () => undefined,
    peakMemory: () => undefined,
    systemMemory: () => Number.POSITIVE_INFINITY,
  };
}
