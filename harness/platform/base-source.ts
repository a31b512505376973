import type { BaseSource } from "./base-reader.ts";
import type { PlatformSession } from "./session.ts";

interface Known {
  readonly uuid: string;
  /** Secret: the Unit's JWT. */
  readonly token: string;
}

/**
 * Reads as the Units themselves: the platform goes through all permissions of who asks for a list,
 * and those of a user grow with each Unit that it owns. A Unit's log is its creator's and its own.
 */
export function baseSource(
  session: PlatformSession,
  repo_uuid: string,
  units: () => readonly Known[],
): BaseSource {
  const as = (unit: Known | undefined) =>
    unit === undefined ? session : session.asUnit(unit.token);
  return {
    states: (range) => as(units()[0]).units.states({ repo_uuid, ...range }),
    logs: (uuid, range) => as(units().find((unit) => unit.uuid === uuid)).units.logs(uuid, range),
  };
}
