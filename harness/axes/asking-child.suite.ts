import { LoadstoneError } from "../errors.ts";
import { systemClock } from "../load/clock.ts";
import { Ledger } from "../measure/ledger.ts";
import { ApiDriver } from "./api.ts";

/** Asks over more connections than its shell allows files, and prints what it met. */

const port = Number(process.argv[2]);
const driver = new ApiDriver({
  origin: `http://127.0.0.1:${port}`,
  address: { address: "127.0.0.1", family: 4 },
  clock: systemClock,
  random: () => 0.5,
  connections: 200,
  timeoutMs: 20_000,
  openMix: () =>
    Promise.resolve({
      next: () => ({ method: "GET", path: "/", headers: {}, check: () => undefined }),
    }),
  checkAlive: () => Promise.resolve(),
});
await driver.prepare(200, new AbortController().signal);
const ledger = new Ledger(60_000, 1);
driver.begin(0, 200, ledger);
ledger.beginSegment(true, 0, 200);
for (let i = 0; i < 200; i++) driver.send(ledger.due(systemClock.now()));
const look = () => {
  try {
    driver.flush();
    setImmediate(look);
  } catch (error) {
    const code = error instanceof LoadstoneError ? error.code : String(error);
    process.stdout.write(code, () => process.exit());
  }
};
look();
