import { prepareEnvelope } from "../transport/envelope.ts";
import type { PublishTemplate } from "../transport/mqtt/encode.ts";
import type { Qos } from "../transport/mqtt/protocol.ts";
import type { MqttSession } from "../transport/mqtt/session.ts";
import type { UnitIdentity } from "./unit-source.ts";

/** How the frames of all Units of a run are made. */
export interface LiveFrames {
  readonly qos: Qos;
  readonly runTag: number;
  /** Payload of a message that carries the envelope. */
  readonly envelopedBytes: number;
  /** Payload of one that has no room for it; undefined where all have. */
  readonly smallBytes: number | undefined;
}

/** One Unit with its session open, or just closed. */
export class LiveUnit {
  readonly unit: UnitIdentity;
  readonly session: MqttSession;
  closed = false;
  /** A planned fault is under way on it: what closes it is our doing. */
  planned = false;
  /** Has output waiting for `flush`. */
  touched = false;
  /** Messages published on its stream so far. */
  sequence: number;
  readonly #frames: LiveFrames;
  // Made when first used: most of many thousand Units may never publish.
  #template: PublishTemplate | undefined;
  #small: PublishTemplate | undefined;

  constructor(unit: UnitIdentity, session: MqttSession, frames: LiveFrames, sequence: number) {
    this.unit = unit;
    this.session = session;
    this.sequence = sequence;
    this.#frames = frames;
  }

  /** Its one topic's frame; only the envelope's changing fields are rewritten. */
  get template(): PublishTemplate {
    this.#template ??= this.#enveloped();
    return this.#template;
  }

  /** The frame of its messages that are too small for an envelope. */
  get small(): PublishTemplate | undefined {
    const { smallBytes, qos } = this.#frames;
    if (smallBytes === undefined) return undefined;
    this.#small ??= this.session.template(this.unit.outputTopic, qos, smallBytes);
    return this.#small;
  }

  #enveloped(): PublishTemplate {
    const { qos, envelopedBytes, runTag } = this.#frames;
    const template = this.session.template(this.unit.outputTopic, qos, envelopedBytes);
    prepareEnvelope(template.payload, runTag, this.unit.index);
    return template;
  }
}
