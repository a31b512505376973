import { LoadstoneError } from "../errors.ts";
import { systemClock } from "../load/clock.ts";
import { Workspace } from "../transport/mqtt/workspace.ts";
import { connectUnits } from "./connections.ts";
import { brokerUnits } from "./unit-source.ts";

/** Connects more Units to the given port than its shell allows files, and prints what it met. */

const { signal } = new AbortController();
const units = await brokerUnits("child", 200, {}).ensure(200, signal);
const plan = {
  host: "127.0.0.1",
  port: Number(process.argv[2]),
  tls: false,
  serverName: "127.0.0.1",
  keepAliveSec: 60,
  maxInflight: 1,
  connectsPerSec: 10_000,
  connectTimeoutMs: 10_000,
  qos: 0,
  workspace: new Workspace(),
} as const;
const home = {
  listener: { message: () => {}, acknowledged: () => {}, closed: () => {} },
  adopt: () => {},
};
try {
  await connectUnits(units, plan, home, systemClock, signal);
  process.stdout.write('"all connected"');
} catch (error) {
  const { code, hint } =
    error instanceof LoadstoneError ? error : { code: String(error), hint: "" };
  process.stdout.write(JSON.stringify({ code, hint }));
}
process.exit();
