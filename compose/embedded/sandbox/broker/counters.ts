/** What the broker counts since its start, by the last part of EMQX's own names. */
export interface BrokerCounters {
  connects: number;
  disconnects: number;
  received: number;
  sent: number;
  /** Lost between the two: a full relay, a full queue, a killed subscriber. */
  dropped: number;
  /** Publishes that the ACL denied. */
  denied: number;
  subscribes: number;
  subscribesDenied: number;
}

export const newCounters = (): BrokerCounters => ({
  connects: 0,
  disconnects: 0,
  received: 0,
  sent: 0,
  dropped: 0,
  denied: 0,
  subscribes: 0,
  subscribesDenied: 0,
});
