import { describeStore } from "./contract.suite.ts";
import { openMemoryStore } from "./memory.ts";

describeStore("memory", async (now) => {
  const store = openMemoryStore({ now });
  return { reader: store, writer: store, [Symbol.asyncDispose]: async () => {} };
});
