import { describeReason, describeRefusal } from "./reason-codes.ts";

/** Why a session is over. A wave counts these; none of them stops a run by itself. */
export type CloseReason =
  /** The broker answered CONNECT with this code; in MQTT 5 it may say more. */
  | { readonly kind: "refused"; readonly code: number; readonly explanation?: string }
  /** The server would not speak WebSocket: the first line of its HTTP answer, or what it lacked. */
  | { readonly kind: "upgrade"; readonly answer: string }
  /** No CONNACK within the time allowed, name look-up and TLS included. */
  | { readonly kind: "timeout"; readonly afterMs: number }
  /** The operating system or TLS ended it, for example `ECONNRESET`. */
  | { readonly kind: "socket"; readonly errno: string }
  /** The broker closed the connection; `code` is that of its MQTT 5 DISCONNECT. */
  | { readonly kind: "server"; readonly code?: number; readonly explanation?: string }
  /** The broker fell silent: no answer to a PINGREQ. */
  | { readonly kind: "keepalive" }
  /** The broker sent what the protocol does not allow. */
  | { readonly kind: "malformed"; readonly detail: string }
  /** The caller's signal fired while connecting. */
  | { readonly kind: "aborted" }
  /** We ended it. */
  | { readonly kind: "ended" };

/** One phrase for a message or a log line. */
export function describeCloseReason(reason: CloseReason): string {
  switch (reason.kind) {
    case "refused":
      return `the broker refused the connection with code ${describeRefusal(reason.code)}${because(reason)}`;
    case "upgrade":
      return `the server did not open a WebSocket: ${reason.answer}`;
    case "timeout":
      return `the broker gave no CONNACK within ${reason.afterMs} ms`;
    case "socket":
      return `the connection failed with ${reason.errno}`;
    case "server":
      return reason.code === undefined
        ? `the broker closed the connection${because(reason)}`
        : `the broker disconnected with code ${describeReason(reason.code)}${because(reason)}`;
    case "keepalive":
      return "the broker stopped answering pings";
    case "malformed":
      return `the broker broke the protocol: ${reason.detail}`;
    case "aborted":
      return "connecting was aborted";
    case "ended":
      return "the session was ended";
    default:
      return reason satisfies never;
  }
}

function because({ explanation }: { readonly explanation?: string }): string {
  return explanation === undefined ? "" : `: ${explanation}`;
}
