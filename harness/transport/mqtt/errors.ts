import { type CloseReason, describeCloseReason } from "./close-reason.ts";

/** `openSession` got no session; `reason` is what a wave counts. */
export class MqttConnectError extends Error {
  override readonly name = "MqttConnectError";
  readonly reason: CloseReason;

  constructor(reason: CloseReason, options?: ErrorOptions) {
    super(describeCloseReason(reason), options);
    this.reason = reason;
  }
}

/** The session ended before the broker answered a SUBSCRIBE or UNSUBSCRIBE. */
export class MqttClosedError extends Error {
  override readonly name = "MqttClosedError";
  readonly reason: CloseReason;

  constructor(reason: CloseReason) {
    super(`no answer from the broker: ${describeCloseReason(reason)}`);
    this.reason = reason;
  }
}
