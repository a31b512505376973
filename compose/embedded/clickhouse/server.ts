import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { answerFault, answerText } from "./answer.ts";
import type { Engine } from "./engine.ts";
import { ClickHouseFault } from "./errors.ts";
import { HOST, USERNAME } from "./protocol.ts";
import { answerQuery } from "./query.ts";
import { parseCredentials } from "./request.ts";
import { Sessions } from "./sessions.ts";

export interface ServerOptions {
  readonly engine: Engine;
  readonly spoolDirectory: string;
  readonly password: string;
  /** 0 takes any free port. */
  readonly port: number;
}

export interface ClickHouseServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves the ClickHouse HTTP interface on loopback. */
export async function serve(options: ServerOptions): Promise<ClickHouseServer> {
  const { engine, spoolDirectory, password } = options;
  const sessions = new Sessions(engine);
  const context = { engine, sessions, spoolDirectory };
  const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://localhost");
    response.setHeader("X-ClickHouse-Server-Display-Name", "chdb");
    response.setHeader("X-ClickHouse-Timezone", engine.timezone);
    if (pathname === "/ping") return answerText(response, 200, "Ok.\n");
    if (pathname !== "/") return answerText(response, 404, `There is no handle ${pathname}\n`);
    checkPassword(searchParams, incoming, password);
    if (incoming.method === "GET" && !searchParams.has("query"))
      return answerText(response, 200, "Ok.\n");
    await answerQuery(context, searchParams, incoming, response);
  };
  const server = createServer(
    // A query may take longer than any timeout; a URL may carry all its parameters.
    { requestTimeout: 0, keepAliveTimeout: 30_000, maxHeaderSize: 1024 * 1024 },
    (incoming, response) => {
      answer(incoming, response).catch((error: unknown) => {
        incoming.resume(); // a body nobody wanted must not block the answer
        answerFault(response, error, engine.version);
      });
    },
  );
  server.listen(options.port, HOST);
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : options.port,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
      sessions.close();
    },
  };
}

function checkPassword(params: URLSearchParams, incoming: IncomingMessage, expected: string): void {
  const { user, password } = parseCredentials(params, incoming.headers);
  if (user === USERNAME && sameText(password, expected)) return;
  throw new ClickHouseFault(
    516,
    "AUTHENTICATION_FAILED",
    `${user}: Authentication failed: password is incorrect, or there is no user with such name`,
  );
}

/** Compares in a time that tells nothing about the expected text. */
function sameText(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

const digest = (text: string) => createHash("sha256").update(text).digest();
