import { once } from "node:events";
import { createServer } from "node:https";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../load/clock.ts";
import { HttpTransport } from "../http.ts";
import { makeCertificates } from "../mqtt/certificates.suite.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const LONG = "é".repeat(150_000);

/** What one request to `host` comes to, its certificate being that of `localhost`. */
async function ask(host: string, path: string, isTrusted: boolean) {
  const certificates = await makeCertificates();
  closing.push(() => certificates[Symbol.asyncDispose]());
  const { cert, key } = certificates.server;
  const asked: string[] = [];
  const server = createServer({ cert, key }, ({ url = "" }, response) => {
    asked.push(url);
    if (url === "/chunks") for (const piece of ["in ", "chunks"]) response.write(piece);
    response.end(url === "/chunks" ? "" : LONG);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const outcome = await new Promise((resolve) => {
    const transport = new HttpTransport(
      {
        origin: `https://${host}:${address.port}`,
        address: { address: "127.0.0.1", family: 4 },
        clock: systemClock,
        connections: 1,
        timeoutMs: 10_000,
        ...(isTrusted ? { ca: certificates.ca } : {}),
      },
      (_tag, errorClass = "good") => resolve(errorClass),
    );
    closing.push(() => transport[Symbol.asyncDispose]());
    const right = path === "/chunks" ? "in chunks" : LONG;
    const check = (_status: number, body: string) => (body === right ? undefined : "wrong-body");
    transport.send({ method: "GET", path, headers: {}, check }, 0);
  });
  return { outcome, asked };
}

test.each(["/chunks", "/long"])(
  "an instance behind TLS is asked as any other: %s",
  async (path) => {
    expect(await ask("localhost", path, true)).toEqual({ outcome: "good", asked: [path] });
  },
);

test.each([
  ["of another name", "other.example", true, /altname/],
  ["nobody vouches for", "localhost", false, /verify|unable|self/],
])(
  "a certificate %s gets no request, and its own class",
  async (_what, host, trusted, expected) => {
    const { outcome, asked } = await ask(host, "/long", trusted);
    expect(asked).toEqual([]);
    expect(outcome).toMatch(expected);
  },
);
