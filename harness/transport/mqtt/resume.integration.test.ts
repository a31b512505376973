import { startAedes } from "./aedes.suite.ts";
import { describeResume } from "./resume.suite.ts";

// Aedes numbers messages anew after a reconnect, so QoS 2 is for other brokers to prove.
describeResume("aedes", 4, [1], startAedes);
