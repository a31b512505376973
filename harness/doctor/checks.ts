import type { Check } from "./check.ts";
import { acceptQueue } from "./machine/accept-queue.ts";
import { clockResolution } from "./machine/clock-resolution.ts";
import { dashboardReady } from "./machine/dashboard-ready.ts";
import { diskSpace } from "./machine/disk-space.ts";
import { memory } from "./machine/memory.ts";
import { nodeVersion } from "./machine/node-version.ts";
import { openFiles } from "./machine/open-files.ts";
import { processor } from "./machine/processor.ts";
import { sleepError } from "./machine/sleep-error.ts";
import { sourcePorts } from "./machine/source-ports.ts";
import { storeEngine } from "./machine/store-engine.ts";
import { brokerAddress, instanceAddress } from "./target/address.ts";
import { mqttConnect } from "./target/mqtt-connect.ts";
import { mqttKeepalive } from "./target/mqtt-keepalive.ts";
import { mqttLimits } from "./target/mqtt-limits.ts";
import { mqttRoundTrip } from "./target/mqtt-round-trip.ts";
import { rateLimit } from "./target/rate-limit.ts";
import { restRequest } from "./target/rest-request.ts";
import { restRoot } from "./target/rest-root.ts";
import { signInRole } from "./target/sign-in-role.ts";
import { wallClock } from "./target/wall-clock.ts";

/** In the order they are run and told; one comes after those it needs. */
export const CHECKS: readonly Check[] = [
  nodeVersion,
  processor,
  memory,
  openFiles,
  sourcePorts,
  acceptQueue,
  clockResolution,
  sleepError,
  diskSpace,
  storeEngine,
  dashboardReady,
  brokerAddress,
  mqttConnect,
  mqttLimits,
  mqttRoundTrip,
  mqttKeepalive,
  instanceAddress,
  restRoot,
  wallClock,
  signInRole,
  rateLimit,
  restRequest,
];
