import { type BrokerLimits, DEFAULT_BROKER_LIMITS } from "./broker-limits.ts";
import type { CloseReason } from "./close-reason.ts";
import { connectFields, DEFAULT_MAX_PACKET_BYTES } from "./connect-fields.ts";
import { encodeConnect, encodeDisconnect, encodePingreq, type Goodbye } from "./encode-requests.ts";
import { Ending } from "./ending.ts";
import { MqttConnectError } from "./errors.ts";
import type { ParseFailure } from "./framing.ts";
import type { Watched, WheelSlot } from "./keepalive.ts";
import { type Link, type LinkEvents, openLink } from "./link.ts";
import { Opening, type OpeningLimits, type Waiting } from "./opening.ts";
import { Outbox } from "./outbox.ts";
import { type PacketHandler, PacketParser } from "./parse.ts";
import type { ProtocolLevel } from "./protocol.ts";
import type { MqttSession, SessionOptions } from "./session.ts";
import { Workspace } from "./workspace.ts";

type Phase = "connecting" | "open" | "frozen" | "ending" | "closed";

/** One connection from connecting to closed; what is said while it is open is not its business. */
export abstract class ConnectionLife implements LinkEvents, Watched, OpeningLimits {
  readonly id: number;
  limits: BrokerLimits = DEFAULT_BROKER_LIMITS;
  sessionPresent = false;
  protected readonly protocol: ProtocolLevel;
  protected readonly workspace: Workspace;
  protected readonly outbox: Outbox;
  protected phase: Phase = "connecting";
  private readonly parser: PacketParser;
  private readonly link: Link;
  private opening: Opening | undefined;
  private ending: Ending | undefined;
  private watchedIn: WheelSlot | undefined;
  private paused = false;
  /** Reads are paused by the caller. */
  private deaf = false;
  /** Since the keepalive last looked something arrived, or a ping went out. */
  private heard = false;
  private pinged = false;

  constructor(options: SessionOptions, waiting: Waiting, signal: AbortSignal | undefined) {
    this.id = options.id ?? 0;
    this.protocol = options.protocol;
    this.workspace = options.workspace ?? new Workspace();
    const maxPacketBytes = options.maxPacketBytes ?? DEFAULT_MAX_PACKET_BYTES;
    const { protocol, topicAliasMaximum } = options;
    this.parser = new PacketParser(this.handler(), protocol, maxPacketBytes, topicAliasMaximum);
    this.link = openLink(options, this.workspace, this);
    this.outbox = new Outbox(this.link, this.workspace);
    this.opening = new Opening(options, waiting, signal, this);
  }

  protected abstract handler(): PacketHandler & MqttSession;
  /** The broker has accepted. */
  protected abstract opened(): void;
  /** The connection is gone; `wasOpen` if anybody has been given the session. */
  protected abstract closed(reason: CloseReason, wasOpen: boolean): void;

  end(goodbye?: Goodbye): Promise<void> {
    if (this.phase === "closed") return Promise.resolve();
    this.ending ??= new Ending();
    if (this.phase === "open") {
      this.phase = "ending";
      this.watchedIn?.delete(this);
      this.sendGoodbye(goodbye);
      this.link.end();
      this.ending.limit(this);
    }
    return this.ending.closed;
  }

  destroy(): void {
    this.finish({ kind: "ended" });
  }

  pauseReads(): void {
    this.deaf = true;
    this.link.pause();
  }

  resumeReads(): void {
    this.deaf = false;
    // What was missed meanwhile was not the broker's silence.
    this.heard = true;
    if (!this.paused) this.link.resume();
  }

  freeze(): void {
    if (this.phase !== "open") return;
    this.phase = "frozen";
    this.watchedIn?.delete(this);
    this.outbox.close();
    this.link.pause();
  }

  listenForEnd(): void {
    if (this.phase === "frozen") this.link.resume();
  }

  onReady(): void {
    if (this.opening === undefined) return;
    this.outbox.add(encodeConnect(connectFields(this.opening.options)));
    this.outbox.flush();
  }

  onRead(buffer: Buffer, start: number, end: number): void {
    if (this.phase === "frozen") return;
    this.heard = true;
    const failure = this.parser.push(buffer, start, end);
    if (failure !== undefined) this.break(failure);
  }

  onReadDone(): void {
    this.outbox.flushAfterRead();
    if (this.outbox.overfull && !this.paused) {
      // A peer that does not read what we owe it is not read either.
      this.paused = true;
      this.link.pause();
    }
  }

  onDrain(): void {
    this.outbox.onDrain();
    if (!this.paused) return;
    this.paused = false;
    if (!this.deaf) this.link.resume();
  }

  onError(error: Error): void {
    const errno = "code" in error && typeof error.code === "string" ? error.code : error.message;
    this.finish({ kind: "socket", errno }, error);
  }

  onRefusedUpgrade(answer: string): void {
    this.finish({ kind: "upgrade", answer });
  }

  onBreach(detail: string): void {
    this.finish({ kind: "malformed", detail });
  }

  onEnd(explanation?: string): void {
    this.finish({ kind: "server", ...(explanation === undefined ? {} : { explanation }) });
  }

  onConnack(sessionPresent: boolean, code: number, limits: BrokerLimits): void {
    const { opening } = this;
    if (opening === undefined) return;
    if (code !== 0) {
      const { explanation } = limits;
      this.finish({ kind: "refused", code, ...(explanation === undefined ? {} : { explanation }) });
    } else if (sessionPresent && opening.options.cleanSession) {
      this.finish({ kind: "malformed", detail: "CONNACK with a session we asked it to drop" });
    } else {
      this.limits = limits;
      this.sessionPresent = sessionPresent;
      this.phase = "open";
      this.opened();
      const keepAliveSec = limits.serverKeepAliveSec ?? opening.options.keepAliveSec;
      if (keepAliveSec > 0) this.watchedIn = this.workspace.keepalive.add(this, keepAliveSec);
      this.opening = undefined;
      opening.stop();
      opening.waiting.resolve(this.handler());
    }
  }

  onPingresp(): void {
    this.pinged = false;
  }

  onDisconnect(code: number, explanation: string | undefined): void {
    this.finish({ kind: "server", code, ...(explanation === undefined ? {} : { explanation }) });
  }

  checkAlive(): void {
    if (this.pinged && !this.heard && !this.deaf) {
      this.finish({ kind: "keepalive" });
      return;
    }
    // Also when only we talk: a QoS 0 sender would not notice a dead peer otherwise.
    if (!this.heard || !this.outbox.wrote) {
      this.pinged = true;
      this.outbox.add(encodePingreq());
      this.outbox.flush();
    }
    this.heard = false;
    this.outbox.wrote = false;
  }

  onConnectTimeout(afterMs: number): void {
    this.finish({ kind: "timeout", afterMs });
  }

  onAbort(): void {
    this.finish({ kind: "aborted" });
  }

  /** Ends the session because of what the broker sent, and in MQTT 5 tells it why. */
  protected break({ detail, code }: ParseFailure): void {
    if (this.phase === "open" && this.protocol === 5) this.sendGoodbye({ code });
    this.finish({ kind: "malformed", detail });
  }

  private sendGoodbye(goodbye: Goodbye | undefined): void {
    this.outbox.add(encodeDisconnect(this.protocol === 5 ? goodbye : undefined));
    this.outbox.hand();
  }

  private finish(reason: CloseReason, cause?: Error): void {
    if (this.phase === "closed") return;
    const told: CloseReason = this.phase === "ending" ? { kind: "ended" } : reason;
    this.phase = "closed";
    this.watchedIn?.delete(this);
    this.parser.stop();
    this.outbox.close();
    this.link.destroy();
    const { opening } = this;
    this.opening = undefined;
    opening?.stop();
    this.closed(told, opening === undefined);
    opening?.waiting.reject(new MqttConnectError(told, cause === undefined ? {} : { cause }));
    this.ending?.finish();
  }
}
