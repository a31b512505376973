import type { FastifyInstance, FastifyReply } from "fastify";
import type { Clock } from "../clock.ts";

/** The limits that the platform's nginx keeps for each public address. */
const PER_SEC = 5;
const BURST = 10;
const MAX_CONNECTIONS = 20;

const TOO_MANY = "429 Too Many Requests";
const PAGE = `<html>\r
<head><title>${TOO_MANY}</title></head>\r
<body>\r
<center><h1>${TOO_MANY}</h1></center>\r
<hr><center>nginx</center>\r
</body>\r
</html>\r
`;

interface Address {
  /** Requests above the rate, as nginx counts them. */
  excess: number;
  lastMs: number;
  underWay: number;
}

/**
 * Answers 429 before the backend hears of a request: 5 a second with 10 more at once, and 20 under
 * way. Every address counts as a public one here, the loopback too.
 */
export function limitAddresses(app: FastifyInstance, clock: Clock): void {
  const addresses = new Map<string, Address>();
  const fresh = (): Address => ({ excess: -1, lastMs: clock.nowMs(), underWay: 0 });

  app.addHook("onRequest", (request, reply, done) => {
    const address = addresses.get(request.ip) ?? fresh();
    addresses.set(request.ip, address);
    if (address.underWay >= MAX_CONNECTIONS || isTooFast(address, clock.nowMs())) {
      refuse(reply);
      return;
    }
    address.underWay++;
    reply.raw.once("close", () => address.underWay--);
    done();
  });
}

function isTooFast(address: Address, nowMs: number): boolean {
  const leaked = ((nowMs - address.lastMs) * PER_SEC) / 1000;
  const excess = Math.max(0, address.excess - leaked + 1);
  if (excess > BURST) return true;
  address.excess = excess;
  address.lastMs = nowMs;
  return false;
}

const refuse = (reply: FastifyReply) => reply.code(429).type("text/html").send(PAGE);
