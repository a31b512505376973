import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { answerRequests } from "./null-sink-http.ts";
import { NullBroker } from "./null-sink-mqtt.ts";

/** Process entry of the null sink: one JSON line with its ports, then it serves on loopback. */
async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer(onSocket);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

process.once("disconnect", () => process.exit(0)); // The parent is gone.
process.once("SIGTERM", () => process.exit(0));
const broker = new NullBroker();
const mqtt = await listen((socket) => broker.connected(socket));
const http = await listen(answerRequests);
process.stdout.write(`${JSON.stringify({ mqtt, http })}\n`);
