import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, realpathSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EmbeddedError } from "../../error.ts";

export interface DirectoryLock {
  release(): void;
}

/**
 * Keeps a second sandbox out of a data directory. The lock is a listening socket: unlike a file
 * with a process id it is gone when its holder is killed, whoever gets that id next.
 */
export async function lockDirectory(path: string): Promise<DirectoryLock> {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  // In the temporary directory, because the path of a socket may not be longer than ~100 bytes.
  const name = createHash("sha256").update(realpathSync(path)).digest("hex").slice(0, 16);
  const socketPath = join(tmpdir(), `loadstone-sandbox-${name}.sock`);
  if (await isHeld(socketPath)) {
    throw new EmbeddedError("DATA_DIRECTORY_BUSY", `${path} is used by another sandbox`);
  }
  rmSync(socketPath, { force: true });
  const server = createServer((socket) => socket.destroy()).listen(socketPath);
  await once(server, "listening");
  server.unref();
  return { release: () => server.close() };
}

async function isHeld(socketPath: string): Promise<boolean> {
  const socket = connect(socketPath);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false; // nobody listens: the holder ended without taking the file along
  } finally {
    socket.destroy();
  }
}
