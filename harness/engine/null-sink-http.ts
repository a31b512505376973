import type { Socket } from "node:net";

/** Body of every answer: what a small list looks like on the wire. */
const BODY = JSON.stringify({ count: 1, units: [{ uuid: "0".repeat(36), name: "null-sink" }] });
const ANSWER = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
);
const HEAD_END = "\r\n\r\n";

/** Answers every request without a body at once, with the same bytes. */
export function answerRequests(socket: Socket): void {
  let rest = "";
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    const heads = (rest + chunk.toString("latin1")).split(HEAD_END);
    rest = heads.pop() ?? "";
    if (heads.length === 1) socket.write(ANSWER);
    else if (heads.length > 1) socket.write(Buffer.concat(heads.map(() => ANSWER)));
  });
}
