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
import { accessHook } from "./target/access-hook.ts";
import { brokerAddress, instanceAddress } from "./target/address.ts";
import { brokerSettings } from "./target/broker-settings.ts";
import { cleanUp } from "./target/clean-up.ts";
import { dataPipe } from "./target/data-pipe.ts";
import { features } from "./target/features.ts";
import { mqttConnect } from "./target/mqtt-connect.ts";
import { mqttKeepalive } from "./target/mqtt-keepalive.ts";
import { mqttLimits } from "./target/mqtt-limits.ts";
import { mqttRoundTrip } from "./target/mqtt-round-trip.ts";
import { operatorMetrics } from "./target/operator-metrics.ts";
import { apiPath } from "./target/path-api.ts";
import { basePath } from "./target/path-base.ts";
import { linkPath } from "./target/path-link.ts";
import { relayPath } from "./target/path-relay.ts";
import { storePath } from "./target/path-store.ts";
import { rateLimit } from "./target/rate-limit.ts";
import { restRequest } from "./target/rest-request.ts";
import { restRoot } from "./target/rest-root.ts";
import { signInRole } from "./target/sign-in-role.ts";
import { testUnits } from "./target/test-units.ts";
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
  features,
  operatorMetrics,
  testUnits,
  brokerSettings,
  dataPipe,
  linkPath,
  accessHook,
  relayPath,
  basePath,
  storePath,
  apiPath,
  cleanUp,
];
