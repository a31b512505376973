import { tlsOptions } from "../../axes/connections.ts";
import { brokerAddress, readBrokerAccess } from "../../target/broker-access.ts";
import type { Bench } from "../../conformance/bench.ts";
import { type OpenBench, openBench } from "../../conformance/open-bench.ts";
import type { Removal } from "../../platform/removal.ts";
import { type PlatformClient, openPlatform } from "../../platform/rest.ts";
import type { Target } from "../../scenario/target-gate.ts";
import {
  type MqttSession,
  openSession,
  type SessionListener,
  type SessionOptions,
} from "../../transport/mqtt/session.ts";
import type { World } from "../../world.ts";

export interface DoctorTargetOptions {
  readonly kind: Target["kind"];
  readonly world: World;
  /** Looks the target up and refuses one that may not be loaded. */
  readonly gate: () => Promise<Target>;
  readonly runId: string;
  /** Where it is written down what is created on an instance, before it is. */
  readonly manifestDir: string;
  /** Git repository whose program the test Units run. */
  readonly repositoryUrl: string;
}

const CONNECT_WITHIN_MS = 5000;
const NOBODY: SessionListener = { message: () => {}, acknowledged: () => {}, closed: () => {} };

/** The target the checks share: looked up once, connected to as each asks. */
export class DoctorTarget implements AsyncDisposable {
  readonly kind: Target["kind"];
  readonly runId: string;
  readonly #options: DoctorTargetOptions;
  readonly #sessions: MqttSession[] = [];
  #pinned: Promise<Target> | undefined;
  #platform: PlatformClient | undefined;
  #bench: Promise<OpenBench> | undefined;

  constructor(options: DoctorTargetOptions) {
    this.kind = options.kind;
    this.runId = options.runId;
    this.#options = options;
  }

  /** The target with its address; throws why it may not be loaded. */
  pinned(): Promise<Target> {
    return (this.#pinned ??= this.#options.gate());
  }

  /** A session on a broker, with the login of the environment; closed with the target. */
  async openSession(
    change: Partial<SessionOptions> = {},
    listener: SessionListener = NOBODY,
  ): Promise<MqttSession> {
    const { env, signal } = this.#options.world;
    const { credentials, certificates } = await readBrokerAccess(env);
    const at = brokerAddress(await this.pinned(), certificates);
    const { host, port, tls, serverName, websocket } = at;
    const session = await openSession(
      {
        host,
        port,
        ...(tls ? { tls: tlsOptions(serverName, certificates) } : {}),
        ...(websocket === undefined ? {} : { websocket }),
        ...credentials,
        clientId: `ls-${this.runId}-doctor-${this.#sessions.length}`,
        protocol: 4,
        keepAliveSec: 60,
        cleanSession: true,
        maxInflight: 1,
        connectTimeoutMs: CONNECT_WITHIN_MS,
        ...change,
      },
      listener,
      signal,
    );
    this.#sessions.push(session);
    return session;
  }

  /** A client of an instance, not signed in; closed with the target. */
  async platform(): Promise<PlatformClient> {
    const target = await this.pinned();
    const { signal } = this.#options.world;
    return (this.#platform ??= openPlatform({ url: target.url, address: target, signal }));
  }

  /** An instance with two Units of our own, signed in to; removed with the target. */
  async bench(): Promise<Bench> {
    const { world, runId, manifestDir, repositoryUrl } = this.#options;
    const target = await this.pinned();
    this.#bench ??= openBench({
      world,
      target,
      runId,
      manifestDir,
      repositoryUrl,
      untagged: undefined,
      log: () => {},
      units: 2,
    });
    return (await this.#bench).bench;
  }

  /** Removes the Units; undefined when there were none. */
  async removeUnits(): Promise<Removal | undefined> {
    const open = await this.#bench?.catch(() => undefined);
    this.#bench = undefined;
    return open?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.removeUnits();
    await Promise.all(this.#sessions.splice(0).map((session) => session.end()));
    await this.#platform?.close();
  }
}

/** The context's target; a check of a target is only ever run with one. */
export function targetOf(context: { readonly target?: DoctorTarget }): DoctorTarget {
  if (context.target === undefined) throw new Error("a target's check ran without a target");
  return context.target;
}
