import { describe } from "vitest";
import { describeFailures } from "./suite/failures.suite.ts";
import { describeInserts } from "./suite/inserts.suite.ts";
import { describeQueries } from "./suite/queries.suite.ts";
import { type ServerAddress, ServerUnderTest } from "./suite/server-under-test.suite.ts";
import { describeSessions } from "./suite/sessions.suite.ts";
import { describeTables } from "./suite/tables.suite.ts";

/** What the official client must find at any ClickHouse this project works with. */
export function describeClickHouse(name: string, open: () => Promise<ServerAddress>): void {
  describe(`${name} ClickHouse`, () => {
    const server = new ServerUnderTest(open);
    describeQueries(server);
    describeInserts(server);
    describeFailures(server);
    describeSessions(server);
    describeTables(server);
  });
}
