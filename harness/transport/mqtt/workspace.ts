import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import { KeepaliveWheel } from "./keepalive.ts";
import { IncomingMessage } from "./incoming-message.ts";
import { MaskKeys } from "./websocket-mask.ts";

/** Something with output to hand over later. */
export interface Flushable {
  flush(): void;
}

export interface WorkspaceOptions {
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  readonly readBufferBytes?: number;
  /** Output a session gathers before it is handed to the socket unasked. */
  readonly chunkBytes?: number;
  /**
   * How long what a read caused (acknowledgements, refilled windows) waits for more of it, in
   * milliseconds; 0 sends it when the read ends. A latency we add, so a caller reports it.
   */
  readonly collectMs?: number;
}

const MAX_IDLE_CHUNKS = 1024;

/**
 * What the sessions of one thread share. Reads are handled before the next one starts, so one
 * read buffer serves all; a session holds an output chunk only while it has output.
 */
export class Workspace {
  readonly now: () => number;
  readonly readBuffer: Buffer;
  readonly chunkBytes: number;
  readonly collectMs: number;
  readonly keepalive = new KeepaliveWheel();
  /** Filled anew for each message. */
  readonly incoming = new IncomingMessage();
  readonly maskKeys = new MaskKeys();
  private readonly idleChunks: Buffer[] = [];
  private collecting: Flushable[] = [];
  private lastSecure: { options: SecureContextOptions; context: SecureContext } | undefined;

  constructor(options: WorkspaceOptions = {}) {
    this.now = options.now ?? (() => performance.now());
    this.readBuffer = Buffer.allocUnsafeSlow(options.readBufferBytes ?? 65_536);
    this.chunkBytes = options.chunkBytes ?? 8192;
    this.collectMs = options.collectMs ?? 0;
  }

  takeChunk(): Buffer {
    return this.idleChunks.pop() ?? Buffer.allocUnsafeSlow(this.chunkBytes);
  }

  giveChunk(chunk: Buffer): void {
    if (this.idleChunks.length < MAX_IDLE_CHUNKS) this.idleChunks.push(chunk);
  }

  /** Flushes `outbox` together with all others that ask within the collect time. */
  flushSoon(outbox: Flushable): void {
    if (this.collecting.push(outbox) === 1) setTimeout(flushCollected, this.collectMs, this);
  }

  flushCollected(): void {
    const due = this.collecting;
    this.collecting = [];
    for (const outbox of due) outbox.flush();
  }

  /** The certificates and keys of `options`, read once while sessions ask for the same ones. */
  secureContext(options: SecureContextOptions): SecureContext {
    if (this.lastSecure === undefined || !sameSecrets(this.lastSecure.options, options)) {
      this.lastSecure = { options: { ...options }, context: createSecureContext(options) };
    }
    return this.lastSecure.context;
  }
}

const SECRETS = [
  "ca",
  "cert",
  "key",
  "passphrase",
  "pfx",
  "ciphers",
  "minVersion",
  "maxVersion",
] as const satisfies readonly (keyof SecureContextOptions)[];

function sameSecrets(a: SecureContextOptions, b: SecureContextOptions): boolean {
  return SECRETS.every((name) => a[name] === b[name]);
}

function flushCollected(workspace: Workspace): void {
  workspace.flushCollected();
}
