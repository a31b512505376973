import type { Crew } from "../axes/crew.ts";
import type { UnitIdentity, UnitSource } from "../axes/unit-source.ts";
import type { AxisMeasurer } from "../engine/axis-measurer.ts";
import { type Clock, systemClock } from "../load/clock.ts";
import { describeShares, spreadFor } from "../machine/spread.ts";
import type { JointPlan } from "../plan/joint-plan.ts";
import type { AxisPlan, Plan } from "../plan/plan.ts";
import type { FleetUnit } from "../platform/fleet-units.ts";
import type { Manifest } from "../platform/manifest.ts";
import type { OperatorReading } from "../platform/operator-metrics.ts";
import { type Fleet, openFleet } from "../platform/provision.ts";
import { openPlatform } from "../platform/rest.ts";
import type { PlatformSession } from "../platform/session.ts";
import { signIn } from "../platform/sign-in.ts";
import type { Target } from "../scenario/target-gate.ts";
import type { Lookup } from "../world.ts";
import { apiMeasurer } from "./api-axis.ts";
import { baseMeasurer } from "./base-axis.ts";
import { brokerOfFleet } from "./fleet-broker.ts";
import { readInstanceResources } from "./instance-resources.ts";
import { jointMeasurer } from "./joint-axes.ts";
import { type BrokerAddress, linkMeasurer, openCrew, relayMeasurer } from "./mqtt-axes.ts";
import { storeMeasurer } from "./store-axis.ts";
import {
  checkOwners,
  checkReuse,
  endFleet,
  type FleetWish,
  isOfUsers,
  openRunManifest,
  OWN_FLEET,
} from "./fleet-keeping.ts";
import type { CleanUp, RunTarget, TargetContext } from "./target.ts";

export interface InstanceOptions {
  readonly target: Target;
  readonly plan: Plan;
  readonly context: TargetContext;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly manifestDir: string;
  /** Git repository whose program the test Units run; the instance must be able to clone it. */
  readonly repositoryUrl: string;
  readonly lookup: Lookup;
  readonly signal: AbortSignal;
  /** Ends cleaning up; what is left is then told. */
  readonly hurry: AbortSignal;
  /** State directory of the sandbox, when the target is one of our own. */
  readonly sandboxState: string | undefined;
  /** Whose Units are used, and whether they stay; by default the run's own, which go. */
  readonly fleet?: FleetWish;
  /** Users the Units are spread over; none where they are 0. */
  readonly unitUsers?: number;
  readonly clock?: Clock;
}

/** A Pepeunit instance, signed in to. Units are created when an axis first asks for them. */
export async function openInstanceTarget(options: InstanceOptions): Promise<RunTarget> {
  const { target, signal, clock = systemClock } = options;
  if ((options.unitUsers ?? 0) > 0) checkOwners(options.plan);
  await checkReuse(options.manifestDir, options.fleet ?? OWN_FLEET, {
    url: target.url,
    sandbox: options.sandboxState,
  });
  const client = openPlatform({
    url: target.url,
    address: target,
    signal,
    log: options.context.onProgress,
  });
  try {
    const root = await client.root();
    const session = await signIn(client, options.env);
    const checkAlive = async () => {
      await client.root();
    };
    const parts = { name: root.name, version: root.version, clock, checkAlive };
    return new InstanceTarget(options, session, parts, () => client.close());
  } catch (error) {
    await client.close();
    throw error;
  }
}

interface InstanceParts {
  readonly name: string;
  readonly version: string;
  readonly clock: Clock;
  /** Throws what a person should be told when the instance does not answer any more. */
  readonly checkAlive: () => Promise<void>;
}

class InstanceTarget implements RunTarget {
  readonly kind = "instance" as const;
  readonly url: string;
  readonly name: string;
  readonly version: string;
  readonly axes = ["link", "relay", "store", "base", "api"] as const;
  readonly #options: InstanceOptions;
  readonly #session: PlatformSession;
  readonly #clock: Clock;
  readonly #parts: InstanceParts;
  readonly #close: () => Promise<void>;
  #manifest: Manifest | undefined;
  #fleet: Fleet | undefined;
  #mqtt: { readonly crew: Crew; readonly address: BrokerAddress } | undefined;

  constructor(
    options: InstanceOptions,
    session: PlatformSession,
    parts: InstanceParts,
    close: () => Promise<void>,
  ) {
    this.url = options.target.url;
    this.name = parts.name;
    this.version = parts.version;
    this.#options = options;
    this.#session = session;
    this.#clock = parts.clock;
    this.#parts = parts;
    this.#close = close;
  }

  openAxis(plan: AxisPlan): Promise<AxisMeasurer> {
    const { context } = this.#options;
    return this.#open(plan, { ...context, maxUnits: plan.units ?? context.maxUnits });
  }

  openJoint(joint: JointPlan, axes: readonly AxisPlan[]): Promise<AxisMeasurer> {
    const { context } = this.#options;
    return jointMeasurer({
      joint,
      axes,
      open: (plan, maxUnits) => this.#open(plan, { ...context, maxUnits }),
      units: () => this.#openMqtt(),
      clock: this.#clock,
      onProgress: context.onProgress,
    });
  }

  async #open(plan: AxisPlan, context: TargetContext): Promise<AxisMeasurer> {
    const { scenario } = plan;
    switch (scenario.axis) {
      case "link":
        return linkMeasurer(plan, scenario, (await this.#openMqtt()).crew, this.#clock);
      case "relay": {
        const { crew, address } = await this.#openMqtt();
        return relayMeasurer(plan, scenario, crew, address, context, this.#clock);
      }
      case "store":
        return storeMeasurer(plan, scenario, {
          ...(await this.#openMqtt()),
          session: this.#session,
          units: () => this.#fleet?.units ?? [],
          context,
          clock: this.#clock,
        });
      case "base": {
        const { crew, address } = await this.#openMqtt();
        const units = () => this.#fleet?.units ?? [];
        const shared = { session: this.#session, units, context, clock: this.#clock };
        return baseMeasurer({ plan, scenario, crew, address, ...shared });
      }
      case "api":
        return apiMeasurer(plan, scenario, {
          target: this.#options.target,
          token: this.#session.token,
          seed: context.seed,
          clock: this.#clock,
          checkAlive: this.#parts.checkAlive,
          growTo: (count) => this.#growTo(count),
        });
      default:
        return scenario satisfies never;
    }
  }

  async readResources(): Promise<OperatorReading> {
    const { target, env, signal } = this.#options;
    return readInstanceResources(target, env, signal);
  }

  async cleanUp(): Promise<CleanUp> {
    const manifest = this.#manifest;
    if (manifest === undefined) return { removed: 0, left: [] };
    await this.#closeMqtt();
    const { hurry, fleet: wish = OWN_FLEET } = this.#options;
    const { onProgress, runId } = this.#options.context;
    const fleet = this.#fleet;
    this.#fleet = undefined;
    this.#manifest = undefined;
    return endFleet({
      manifest,
      fleet,
      run: { runId, wish },
      clock: this.#clock,
      remove: (one) =>
        one.remove(
          (done, total) => onProgress(`removing what the run created: ${done} of ${total}`),
          hurry,
        ),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#closeMqtt();
    await this.#close();
  }

  async #closeMqtt(): Promise<void> {
    const mqtt = this.#mqtt;
    this.#mqtt = undefined;
    await mqtt?.crew[Symbol.asyncDispose]();
  }

  /** The Units' threads; needs two Units to learn from their env where the broker is. */
  async #openMqtt() {
    if (this.#mqtt !== undefined) return this.#mqtt;
    const { context, plan } = this.#options;
    await this.#growTo(2);
    const broker = await this.#brokerAddress();
    const { maxUnits, sourceAddresses = [], onProgress } = context;
    const sources = await spreadFor(broker.host, maxUnits, sourceAddresses);
    if (sources.length > 0) onProgress(describeShares(sources));
    const address = { ...broker, sources };
    const source: UnitSource = {
      maxUnits: context.maxUnits,
      ensure: async (count) => (await this.#growTo(count)).slice(0, count).map(asIdentity),
    };
    const crew = await openCrew(source, address, plan, context, this.#clock);
    this.#mqtt = { crew, address };
    return this.#mqtt;
  }

  async #brokerAddress(): Promise<BrokerAddress> {
    const { target, lookup } = this.#options;
    const named = this.#fleet?.broker;
    const { host, port } = await brokerOfFleet(target, named, lookup);
    return { host, serverName: named?.host ?? host, port, tls: false };
  }

  async #growTo(count: number): Promise<readonly FleetUnit[]> {
    const fleet = await this.#openFleet();
    const missing = count - fleet.units.length;
    if (missing > 0) {
      const { onProgress } = this.#options.context;
      await fleet.grow(missing, ({ stage, done, total }) =>
        onProgress(`provisioning Units: ${STAGES[stage]} ${done} of ${total}`),
      );
    }
    return fleet.units;
  }

  async #openFleet(): Promise<Fleet> {
    if (this.#fleet !== undefined) return this.#fleet;
    const { context, manifestDir, repositoryUrl, signal, target, sandboxState } = this.#options;
    this.#manifest ??= await openRunManifest({
      manifestDir,
      runId: context.runId,
      place: { url: target.url, sandbox: sandboxState },
      wish: this.#options.fleet ?? OWN_FLEET,
      log: context.onProgress,
    });
    if (isOfUsers(this.#manifest)) checkOwners(this.#options.plan);
    this.#fleet = await openFleet({
      session: this.#session,
      manifest: this.#manifest,
      repositoryUrl,
      log: context.onProgress,
      signal,
      unitUsers: this.#options.unitUsers ?? 0,
    });
    return this.#fleet;
  }
}

const STAGES = { create: "created", link: "linked", read: "read" } as const;

const asIdentity = (unit: FleetUnit): UnitIdentity => ({
  index: unit.index,
  clientId: unit.uuid,
  username: unit.token,
  password: "",
  outputTopic: unit.outputTopic,
  stateTopic: unit.stateTopic,
  logTopic: unit.logTopic,
  listenTopics: unit.listenTopics,
  commandTopics: unit.commandTopics,
});
