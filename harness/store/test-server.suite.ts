import { mkdtemp, open, rm } from "node:fs/promises";
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import type { SegmentFile } from "./spool.ts";

/** What stands between a store and its server in a test. */
export interface Proxy extends AsyncDisposable {
  readonly url: string;
  /** What happens to each insert from now on; everything else passes. */
  mode: ProxyMode;
  /** Tokens of the inserts seen, in order. */
  readonly tokens: readonly string[];
}

/**
 * `pass` · `away` the connection breaks before the server hears of it · `lose-ack` the server
 * stores the rows, its answer is lost · a status and body of its own.
 */
export type ProxyMode = "pass" | "away" | "lose-ack" | { status: number; body: string };

/** Starts a proxy before `target`; without one it answers inserts itself, with an empty 200. */
export async function startProxy(target?: string): Promise<Proxy> {
  const tokens: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const token = insertToken(incoming);
    if (token !== null) tokens.push(token);
    handle(proxy.mode, token !== null, target, incoming, outgoing).catch(() => outgoing.destroy());
  });
  const port = await listen(server);
  const proxy: Proxy = {
    url: `http://127.0.0.1:${port}`,
    mode: "pass",
    tokens,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

const insertToken = (incoming: IncomingMessage): string | null =>
  new URL(incoming.url ?? "/", "http://proxy").searchParams.get("insert_deduplication_token");

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function handle(
  mode: ProxyMode,
  isInsert: boolean,
  target: string | undefined,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  if (mode === "away") return void incoming.destroy();
  const body = await readAll(incoming);
  if (isInsert && typeof mode === "object") {
    outgoing.writeHead(mode.status).end(mode.body);
    return;
  }
  const answer = target === undefined ? EMPTY : await forward(target, incoming, body);
  if (isInsert && mode === "lose-ack") return void incoming.socket.destroy();
  outgoing.writeHead(answer.status, answer.headers).end(answer.body);
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}
const EMPTY: Answer = { status: 200, headers: {}, body: Buffer.alloc(0) };

function forward(target: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { host: _, "transfer-encoding": __, ...headers } = incoming.headers;
    const options = {
      method: incoming.method,
      headers: { ...headers, "content-length": body.length },
    };
    const onward = request(new URL(incoming.url ?? "/", target), options, (response) => {
      readAll(response).then((answer) => {
        const type = response.headers["content-type"] ?? "text/plain";
        const code = response.headers["x-clickhouse-exception-code"];
        const kept = {
          "content-type": type,
          ...(typeof code === "string" && { "x-clickhouse-exception-code": code }),
        };
        resolve({ status: response.statusCode ?? 500, headers: kept, body: answer });
      }, reject);
    });
    onward.once("error", reject);
    onward.end(body);
  });
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A folder that is gone when the test is. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "loadstone-store-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Resolves once `holds` does, looked at each time the event loop comes round. */
export async function until(holds: () => boolean, withinMs = 15_000): Promise<void> {
  const startedAtMs = performance.now();
  while (!holds()) {
    if (performance.now() - startedAtMs > withinMs)
      throw new Error(`not within ${withinMs} ms: ${String(holds)}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Opens spool files on a disk that is full whenever `isFull` says so. */
export function fullDisk() {
  const disk = {
    isFull: false,
    openFile: async (path: string): Promise<SegmentFile> => {
      const file = await open(path, "ax");
      return {
        async appendFile(data) {
          if (!disk.isFull) return file.appendFile(data);
          // A disk fills in the middle of a write.
          if (Buffer.isBuffer(data)) await file.appendFile(data.subarray(0, data.length / 2));
          throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
        },
        datasync: () => file.datasync(),
        truncate: (length) => file.truncate(length),
        close: () => file.close(),
      };
    },
  };
  return disk;
}
