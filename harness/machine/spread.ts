import { unitsPerSource, readPortRange } from "./ports.ts";
import { ownAddresses, type SourceShare, spreadUnits } from "./source-addresses.ts";

/** Spreads Units over this machine's addresses as its ports towards the target require. */
export async function spreadFor(
  target: string,
  units: number,
  named: readonly string[],
): Promise<SourceShare[]> {
  const perSource = unitsPerSource(await readPortRange());
  const wholeLoopback = process.platform === "linux";
  const isNeeded = named.length === 0 && units > perSource;
  const own = isNeeded ? await ownAddresses(target) : [];
  return spreadUnits({ target, units, perSource, named, own, wholeLoopback });
}

/** For people: which address carries how many Units. */
export const describeShares = (shares: readonly SourceShare[]): string =>
  shares.map(({ address, units }) => `${address} carries ${units}`).join(", ");
