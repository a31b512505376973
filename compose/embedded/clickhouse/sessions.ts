import type { Session } from "chdb";
import type { Engine } from "./engine.ts";
import { ClickHouseFault } from "./errors.ts";
import type { SessionRequest } from "./request.ts";

interface NamedSession {
  readonly session: Session;
  busy: boolean;
  expiry: NodeJS.Timeout | undefined;
}

/**
 * Gives each query a session. Without a name it is a fresh one, so that no setting of one query
 * reaches the next; named ones keep their temporary tables and settings until they expire.
 */
export class Sessions {
  readonly #engine: Engine;
  readonly #named = new Map<string, NamedSession>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async use(
    request: SessionRequest | undefined,
    work: (session: Session) => Promise<void>,
  ): Promise<void> {
    if (request !== undefined) return this.#useNamed(request, work);
    const session = this.#engine.openSession();
    try {
      await work(session);
    } finally {
      session.close();
    }
  }

  async #useNamed(request: SessionRequest, work: (session: Session) => Promise<void>) {
    const named = this.#find(request);
    clearTimeout(named.expiry);
    named.busy = true;
    try {
      await work(named.session);
    } finally {
      named.busy = false;
      named.expiry = setTimeout(() => this.#expire(request.id), request.timeoutMs).unref();
    }
  }

  #find({ id, mustExist }: SessionRequest): NamedSession {
    const found = this.#named.get(id);
    if (found?.busy === true)
      throw new ClickHouseFault(
        373,
        "SESSION_IS_LOCKED",
        `Session ${id} is locked by a concurrent client`,
      );
    if (found !== undefined) return found;
    if (mustExist) throw new ClickHouseFault(372, "SESSION_NOT_FOUND", `Session ${id} not found`);
    const opened = { session: this.#engine.openSession(), busy: false, expiry: undefined };
    this.#named.set(id, opened);
    return opened;
  }

  #expire(id: string): void {
    this.#named.get(id)?.session.close();
    this.#named.delete(id);
  }

  close(): void {
    for (const { session, expiry } of this.#named.values()) {
      clearTimeout(expiry);
      session.close();
    }
    this.#named.clear();
  }
}
