import { createHash } from "node:crypto";

/** What a repository holds, as far as the platform reads it. */
export interface RepositoryContent {
  readonly branch: string;
  readonly commit: {
    readonly commit: string;
    readonly summary: string;
    readonly tag: string | null;
  };
  readonly schema: SchemaExample;
  readonly env: Readonly<Record<string, string | number | null>>;
  /** Why the mirror could not be made; null when it was. */
  readonly syncError: string | null;
}

export interface SchemaExample {
  readonly input_base_topic: readonly string[];
  readonly output_base_topic: readonly string[];
  readonly input_topic: readonly string[];
  readonly output_topic: readonly string[];
}

interface Entry {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly env?: RepositoryContent["env"];
}

const COMMANDS = ["update", "env_update", "schema_update", "log_sync"] as const;
const TELEMETRY = ["state", "log"] as const;

/** Any repository that the catalogue does not know. */
const TEST_UNIT: Entry = { inputs: ["input"], outputs: ["output"], env: { DELAY_PUB_MSG: 1 } };

/** The public repositories of the platform's author, by name: topics without their suffix. */
const ENTRIES: Readonly<Record<string, Entry>> = {
  universal_test_unit: TEST_UNIT,
  universal_load_unit: { inputs: [], outputs: ["output"] },
  "temp-sensor-ds18b20": {
    inputs: [],
    outputs: ["current_temp"],
    env: { PUBLISH_SEND_INTERVAL: 10_000 },
  },
  "bmx280_and_mh-z19b": {
    inputs: ["co2_command"],
    outputs: ["temperature", "pressure", "humidity", "co2", "device_status"],
    env: { PUBLISH_SEND_INTERVAL: 5000 },
  },
  wifi_relay: { inputs: ["relay_command"], outputs: ["last_command"] },
  button_and_encoder: {
    inputs: [],
    outputs: [
      "encoder_action",
      "button_one_click_message",
      "button_double_click_message",
      "button_long_press_message",
      "encoder_right_rotate_message",
      "encoder_left_rotate_message",
    ],
  },
  control_panel_sh1106: { inputs: ["full_frame"], outputs: ["encoder_action"] },
  base64_video_stream: {
    inputs: ["encoder_action"],
    outputs: ["full_frame_stream"],
    env: { VIDEO_FPS: 10, UI_FPS: 5 },
  },
  hotkey_bublik: { inputs: [], outputs: ["output_units_nodes"] },
  "fan-regulator-ds18b20": {
    inputs: ["set_fan_state"],
    outputs: ["current_fan_speed_percentage", "current_temp"],
    env: { PUBLISH_SEND_INTERVAL: 1000 },
  },
};

const suffixed = (names: readonly string[]) => names.map((name) => `${name}/pepeunit`);

/**
 * The content of a repository by the name in its URL: one branch with one tagged commit. A name
 * ending in "broken" cannot be mirrored; one ending in "untagged" has no tag.
 */
export function repositoryContent(repositoryUrl: string): RepositoryContent {
  const name = repositoryUrl.slice(repositoryUrl.lastIndexOf("/") + 1, -".git".length);
  const entry = ENTRIES[name] ?? TEST_UNIT;
  return {
    branch: "main",
    commit: {
      commit: createHash("sha1").update(repositoryUrl).digest("hex"),
      summary: "Release 1.0.0",
      tag: name.endsWith("untagged") ? null : "1.0.0",
    },
    schema: {
      input_base_topic: suffixed(COMMANDS),
      output_base_topic: suffixed(TELEMETRY),
      input_topic: suffixed(entry.inputs),
      output_topic: suffixed(entry.outputs),
    },
    env: entry.env ?? {},
    syncError: name.endsWith("broken") ? "Repository is not available" : null,
  };
}
