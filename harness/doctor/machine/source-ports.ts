import { LoadstoneError } from "../../errors.ts";
import { portCount, readPortRange, readPortsInUse, unitsPerSource } from "../../machine/ports.ts";
import { describeShares, spreadFor } from "../../machine/spread.ts";
import { bad, type Check, type DoctorContext, ok } from "../check.ts";

export const sourcePorts: Check = {
  id: "source-ports",
  title: "Source ports",
  about: "machine",
  run: async (context) => {
    const range = await readPortRange();
    const { address, port } = await brokerOf(context);
    const { timeWait } = await readPortsInUse(address, port);
    const held = timeWait === 0 ? "" : `, ${timeWait} still held by closed connections`;
    const seen = `${portCount(range)} a source address${held}`;
    const { units, settings } = context;
    const needed = `${units} towards one target`;
    try {
      const shares = await spreadFor(address, units + timeWait, settings.sourceAddresses ?? []);
      if (shares.length > 0) return ok(`${seen}; ${describeShares(shares)}`, needed);
      if (units + timeWait <= unitsPerSource(range)) return ok(seen, needed);
    } catch (error) {
      if (!(error instanceof LoadstoneError)) throw error;
      return bad("fail", seen, needed, error.hint ?? error.message);
    }
    return bad("warn", seen, needed, "wait a minute for the ports of closed connections");
  },
};

/** The target as far as it is known; without one, what a broker on this machine would be. */
async function brokerOf({ target }: DoctorContext): Promise<{ address: string; port: number }> {
  const pinned = await target?.pinned().catch(() => undefined);
  return pinned ?? { address: "127.0.0.1", port: 1883 };
}
