import { type Database, openDatabase } from "./database.ts";
import { lockDirectory } from "./lock.ts";
import { openSecrets, type Secrets } from "./secrets.ts";

/** All that an instance remembers. */
export interface State {
  readonly db: Database;
  readonly secrets: Secrets;
  close(): void;
}

/** Opens a data directory for this process alone, or a state that lasts one run. */
export async function openState(dataDir?: string): Promise<State> {
  if (dataDir === undefined) {
    const db = openDatabase();
    return { db, secrets: openSecrets(), close: () => db.close() };
  }
  const lock = await lockDirectory(dataDir);
  try {
    const secrets = openSecrets(dataDir);
    const db = openDatabase(dataDir);
    const close = () => {
      db.close();
      lock.release();
    };
    return { db, secrets, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}
