import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { request } from "undici";

/** What has become of the request at which the client dies. */
export const MOMENTS = ["never sent on", "done but unanswered", "answered"] as const;
export type Moment = (typeof MOMENTS)[number];

export interface DeadlyProxy extends AsyncDisposable {
  readonly url: string;
  /** Requests since `arm`. */
  count(): number;
  /** Calls `kill`, which resolves once the client is dead, at the k-th request from now. */
  arm(k: number, moment: Moment, kill: () => Promise<void>): void;
  disarm(): void;
}

/** Stands before an instance and ends its client at a request counted beforehand. */
export async function openDeadlyProxy(target: string): Promise<DeadlyProxy> {
  let seen = 0;
  let due: { k: number; moment: Moment; kill: () => Promise<void> } | undefined;

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const fate = ++seen === due?.k ? due : undefined;
    const body = await buffer(incoming);
    if (fate?.moment === "never sent on") {
      await fate.kill();
      outgoing.destroy();
      return;
    }
    const { host: _host, connection: _connection, ...headers } = incoming.headers;
    const answer = await request(`${target}${incoming.url ?? ""}`, {
      method: (incoming.method ?? "GET") as "GET",
      headers,
      body: body.length === 0 ? null : body,
    });
    const text = Buffer.from(await answer.body.arrayBuffer());
    if (fate?.moment === "done but unanswered") {
      await fate.kill();
      outgoing.destroy();
      return;
    }
    const type = answer.headers["content-type"];
    outgoing.writeHead(answer.statusCode, type === undefined ? {} : { "content-type": type });
    outgoing.end(text);
    if (fate?.moment === "answered") await fate.kill();
  }

  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    count: () => seen,
    arm: (k, moment, kill) => {
      seen = 0;
      due = { k, moment, kill };
    },
    disarm: () => {
      due = undefined;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
