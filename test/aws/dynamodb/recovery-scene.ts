import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Server } from "../../../lambdas/core";
import { disconnect } from "../../../lambdas/core/connections/closing";
import type { ConnectOutcome } from "../../../lambdas/core/connections/connecting";
import { handshakeOf } from "../../../lambdas/core/connections/handshake";
import { deliver } from "../../../lambdas/core/delivery/delivery";
import { encodeFrames } from "../../../lambdas/core/delivery/frames";
import { offsetSource } from "../../../lambdas/core/recovery/offsets";
import { connectAgain } from "../../../lambdas/core/recovery/recovering";
import type { Services } from "../../../lambdas/core/services";
import { stampsOf } from "../../../lambdas/core/stamps";
import { CoreService } from "../../support/core-service";
import type { Race } from "./race";
import { CONNECTED_AT, connectionRecord, HANDSHAKE } from "./records";

/** One client, Alice, on several connections, with the core on the stores of a race. */
export class RecoveryScene {
  readonly heard: string[] = [];
  sid = "";
  pid = "";
  readonly #race: Race;
  readonly #core: CoreService;

  constructor(race: Race) {
    const io = new Server();
    io.on("connection", async (socket) => {
      this.heard.push(`connection ${socket.recovered}`);
      if (!socket.recovered) await socket.join("chat");
    });
    io.on("disconnect", () => this.heard.push("disconnect"));
    this.#race = race;
    this.#core = new CoreService(io, { recoveryWindowMs: 120_000 });
  }

  /** On the connection `one=`, in the room `chat`, and then an event that is never received. */
  async begin(): Promise<void> {
    await this.open("one=");
    await this.connect("one=", 10);
    const [greeting = ""] = this.posts("one=");
    const { sid, pid } = JSON.parse(greeting.slice(2));
    Object.assign(this, { sid, pid });
    const target = { kind: "rooms", namespace: "/", rooms: ["chat"], except: [] } as const;
    const services = this.services(this.#race.client, 5_000);
    await deliver(services, [{ target, frames: encodeFrames("/", "said", ["one"]) }]);
  }

  open(connectionId: string): Promise<void> {
    return this.#race.stores().connections.open(connectionRecord({ connectionId }), HANDSHAKE);
  }

  /** CONNECT so many milliseconds after the beginning; with the pid once there is one. */
  async connect(
    connectionId: string,
    ms: number,
    client = this.#race.client,
  ): Promise<ConnectOutcome | "cut"> {
    const services = this.services(client, ms);
    const definition = services.registry.namespace("/");
    if (!definition) throw new Error("no namespace");
    const handshake = handshakeOf(HANDSHAKE, this.pid === "" ? {} : { pid: this.pid });
    const connection = connectionRecord({ connectionId });
    const nextStamp = stampsOf(CONNECTED_AT + ms);
    // Whoever is cut comes again.
    return connectAgain(services, { connection, definition, handshake, nextStamp }).catch(
      () => "cut" as const,
    );
  }

  async drop(connectionId: string, ms: number, client = this.#race.client): Promise<void> {
    const connections = [{ connectionId }];
    const services = this.services(client, ms);
    await disconnect(services, { version: 1, connections, reason: "transport close", cut: false });
  }

  posts(connectionId: string): readonly string[] {
    return this.#core.posted.get(connectionId) ?? [];
  }

  /** What the connection was sent, in words: of the recovered socket the event and the greeting, each once. */
  sent(connectionId: string): readonly string[] {
    const greeting = `40${JSON.stringify({ sid: this.sid, pid: this.pid })}`;
    return this.posts(connectionId).map((post) => {
      if (post === greeting) return "recovered";
      return post.startsWith('42["said","one",') ? "one" : post;
    });
  }

  /** Each invocation has a clock of its own, so that waiting takes no time of another's. */
  services(client: DynamoDBDocumentClient, ms: number): Services {
    const stores = this.#race.stores(client);
    const { services } = this.#core;
    let now = CONNECTED_AT + ms;
    const clock = {
      now: () => now,
      // Polls are few: each is a place where another may interrupt.
      pause: async (pauseMs: number) => {
        now += pauseMs < 100 ? 2_500 : pauseMs;
      },
    };
    const { events, sessions, replays } = stores;
    return {
      ...services,
      ...stores,
      recovery: services.recovery && {
        ...services.recovery,
        drawOffsets: offsetSource(() => now, 0),
        events,
        sessions,
        replays,
      },
      clock,
    };
  }
}
