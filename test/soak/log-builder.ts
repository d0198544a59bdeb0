import { Log, type Logged } from "../../soak/log";

/** Writes logs by hand: whose clients see what, and when. */
export class LogBuilder {
  /** Milliseconds since the epoch; tests move it. */
  now = 0;
  private readonly log = new Log(() => this.now);
  private readonly transports = new Map<string, number>();

  get entries(): readonly Logged[] {
    return this.log.entries;
  }

  connected(client: string, { recovered = false, protocol = "socket.io" as "socket.io" | "json" } = {}) {
    if (!this.transports.has(client)) this.opened(client);
    return this.add({ kind: "connected", client, protocol, recovered, transport: this.transport(client) });
  }

  /** A client's WebSocket; it may never get it connected. */
  opened(client: string) {
    this.transports.set(client, this.transport(client) + 1);
    return this.add({ kind: "opened", client });
  }

  dropped(client: string, asked = false) {
    return this.add({ kind: "dropped", client, asked });
  }

  settled(client: string) {
    return this.add({ kind: "settled", client });
  }

  member(client: string, room = "room") {
    return this.room("joining", client, room).room("joined", client, room);
  }

  room(kind: "joining" | "joined" | "leaving" | "left", client: string, room = "room") {
    return this.add({ kind, client, room });
  }

  /** From wish to confirmation, with nothing in between. */
  emitted(event: string, options: Parameters<LogBuilder["emitting"]>[1] = {}) {
    return this.emitting(event, options).confirmed(event);
  }

  emitting(
    event: string,
    { count = 1, speaker = "", number = 1, isForOthers = false, isLarge = false } = {},
  ) {
    const said = speaker === "" ? undefined : { client: speaker, connection: 1, number };
    return this.add({ kind: "emitting", event, room: "room", count, isForOthers, isLarge, speaker: said });
  }

  confirmed(event: string, outcome: "done" | "unknown" = "done") {
    return this.add({ kind: "emitted", event, outcome });
  }

  received(client: string, event: string, { index = 0, execution = "first", offset = "" } = {}) {
    const transport = this.transport(client);
    const ending = offset === "" ? undefined : offset;
    return this.add({ kind: "received", client, event, index, execution, transport, offset: ending });
  }

  private add(entry: Parameters<Log["add"]>[0]) {
    this.log.add(entry);
    return this;
  }

  private transport(client: string): number {
    return this.transports.get(client) ?? 0;
  }
}
