import { tlsOptions } from "../axes/connections.ts";
import { brokerUnits } from "../axes/unit-source.ts";
import { LoadstoneError } from "../errors.ts";
import { type Clock, systemClock } from "../load/clock.ts";
import { describeShares, spreadFor } from "../machine/spread.ts";
import type { AxisMeasurer } from "../engine/axis-measurer.ts";
import type { AxisPlan, Plan } from "../plan/plan.ts";
import type { Target } from "../scenario/target-gate.ts";
import { MqttConnectError } from "../transport/mqtt/errors.ts";
import { openSession } from "../transport/mqtt/session.ts";
import { jointMeasurer } from "./joint-axes.ts";
import { type BrokerAddress, linkMeasurer, openCrew, relayMeasurer } from "./mqtt-axes.ts";
import { type BrokerAccess, brokerAddress, type BrokerCredentials } from "./broker-access.ts";
import type { RunTarget, TargetContext } from "./target.ts";

export interface BrokerOptions {
  readonly target: Target;
  readonly plan: Plan;
  readonly context: TargetContext;
  readonly access: BrokerAccess;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/** A bare MQTT broker: Link and Relay, nothing to create and nothing to leave behind. */
export async function openBrokerTarget(options: BrokerOptions): Promise<RunTarget> {
  const { target, plan, context, access, signal, clock = systemClock } = options;
  const { credentials } = access;
  const source = brokerUnits(context.runId, context.maxUnits, credentials);
  const address = brokerAddress(target, access.certificates);
  await knock(
    { ...address, ...credentials, clientId: `ls-${context.runId}-knock` },
    target,
    signal,
  );
  const { maxUnits, sourceAddresses = [], primesPerSec = PRIMES_PER_SEC } = context;
  const sources = await spreadFor(target.address, maxUnits, sourceAddresses);
  if (sources.length > 0) context.onProgress(describeShares(sources));
  const crew = await openCrew(source, { ...address, sources }, plan, context, clock);
  const openAxis = (axis: AxisPlan): Promise<AxisMeasurer> => {
    const { scenario } = axis;
    switch (scenario.axis) {
      case "link":
        return Promise.resolve(linkMeasurer(axis, scenario, crew, clock));
      case "relay":
        return Promise.resolve(
          relayMeasurer(axis, scenario, crew, address, { ...context, primesPerSec }, clock),
        );
      case "store":
      case "base":
      case "api":
        throw new LoadstoneError("CONFIG_INVALID", `a bare broker has no axis ${axis.axis}`, {
          hint: "grade an instance with --instance URL",
        });
      default:
        return scenario satisfies never;
    }
  };
  return {
    kind: "broker",
    url: target.url,
    name: null,
    version: null,
    axes: ["link", "relay"],
    openAxis,
    openJoint: (joint, axes) =>
      jointMeasurer({
        joint,
        axes,
        open: openAxis,
        units: () => Promise.resolve({ crew, address }),
        clock,
        onProgress: context.onProgress,
      }),
    cleanUp: () => Promise.resolve({ removed: 0, left: [] }),
    [Symbol.asyncDispose]: () => crew[Symbol.asyncDispose](),
  };
}

/** Connects once, so that a broker that is not there or refuses us is told apart from a slow one. */
async function knock(
  options: BrokerAddress & BrokerCredentials & { readonly clientId: string },
  target: Target,
  signal: AbortSignal,
): Promise<void> {
  const { serverName, tls, certificates, ...rest } = options;
  try {
    const session = await openSession(
      {
        ...rest,
        ...(tls ? { tls: tlsOptions(serverName, certificates) } : {}),
        keepAliveSec: 60,
        cleanSession: true,
        protocol: 4,
        maxInflight: 1,
        connectTimeoutMs: KNOCK_TIMEOUT_MS,
      },
      { message: () => {}, acknowledged: () => {}, closed: () => {} },
      signal,
    );
    await session.end();
  } catch (cause) {
    if (signal.aborted || !(cause instanceof MqttConnectError)) throw cause;
    const { reason } = cause;
    if (reason.kind === "refused" && LOGIN_CODES.includes(reason.code)) {
      throw new LoadstoneError("LOGIN_REFUSED", `${target.url} refuses our login`, {
        cause,
        hint: "set LOADSTONE_MQTT_USERNAME and LOADSTONE_MQTT_PASSWORD to what the broker accepts",
      });
    }
    throw new LoadstoneError("TARGET_UNREACHABLE", `${target.url}: ${cause.message}`, {
      cause,
      hint: "check that the broker runs there, and its port",
    });
  }
}

const KNOCK_TIMEOUT_MS = 5000;
/** A bare broker asks nobody whether a Unit may publish. */
const PRIMES_PER_SEC = 2000;
/** CONNACK "bad user name or password" and "not authorised" (MQTT 3.1.1 §3.2.2.3). */
const LOGIN_CODES: readonly number[] = [4, 5];
