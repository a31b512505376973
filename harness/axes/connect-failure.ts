import { MqttClosedError, MqttConnectError } from "../transport/mqtt/errors.ts";
import type { CloseReason } from "../transport/mqtt/close-reason.ts";

/** A SUBACK refused one of the Unit's topics. */
export const SUBSCRIBE_DENIED = "subscribe-denied";

/** The class a hold counts a connect under that did not come off. */
export function classOfConnectFailure(error: unknown): string {
  if (error instanceof MqttConnectError || error instanceof MqttClosedError) {
    return classOfReason(error.reason);
  }
  return error instanceof Error ? error.message : String(error);
}

/** The class of why a session is over. */
export function classOfReason(reason: CloseReason): string {
  if (reason.kind === "refused") return `connack-${reason.code}`;
  if (reason.kind === "timeout") return "no-connack-in-time";
  if (reason.kind === "server") return "closed-by-broker";
  if (reason.kind !== "socket") return reason.kind;
  return SOCKET_CLASSES[reason.errno] ?? reason.errno.toLowerCase();
}

const SOCKET_CLASSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  EPIPE: "reset",
  ETIMEDOUT: "syn-timeout",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
};

const QUEUES =
  "raise net.core.somaxconn, net.ipv4.tcp_max_syn_backlog and the listener's backlog on the target, or lower --connect-rate";

/** What an operator can do about a class; one clause. */
const FIXES: Readonly<Record<string, string>> = {
  refused: `nothing listens there any more, or its accept queue is full: ${QUEUES}`,
  reset: `the target resets connections it cannot take: ${QUEUES}`,
  "syn-timeout": `connecting got no answer, as with a full SYN queue: ${QUEUES}`,
  "no-connack-in-time": `the broker takes connections slower than they come: ${QUEUES}`,
  unreachable: "check the route and the firewall between this machine and the target",
  "closed-by-broker":
    "the broker closes new sessions: look at its connection limit (max_connections) and its log",
  "connack-1": "the broker does not speak MQTT 3.1.1",
  "connack-2": "the broker does not take our client ids: look at its length limit",
  "connack-3": "the broker says it is unavailable: look at its connection limit and its log",
  "connack-4": "set LOADSTONE_MQTT_USERNAME and LOADSTONE_MQTT_PASSWORD",
  "connack-5": "the broker allows these Units no session: look at its access rules and limits",
  "connack-151": "a quota of the broker is used up (MQTT 5 code 0x97)",
  "connack-159": "the broker limits the rate of connects (0x9F): lower --connect-rate",
  [SUBSCRIBE_DENIED]: "look at the broker's access rules for the topics the Units listen to",
};

/** The class with what can be done about it, where that is known. */
export function describeConnectFailure(errorClass: string): string {
  const fix = FIXES[errorClass];
  return fix === undefined ? errorClass : `${errorClass}: ${fix}`;
}
