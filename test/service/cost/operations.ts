import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Socket } from "socket.io-client";
import type { LocalAws } from "../../support/local-aws";
import { connected, connectJson, connectSocketIo, drop, leave } from "./clients";
import { type Cost, difference, share, sumOf } from "./cost";
import type { Operation } from "./labels";
import type { Meter } from "./meter";
import { TableContent } from "./table-content";

export type Costs = Readonly<Record<Operation, Cost>>;
type Some<Name extends Operation> = Pick<Costs, Name>;

const MEMBERS = 10;
const ROOMS = 3;
const LARGE = 1_300;
const EXCEPTED = 1_500;
const MANY_LIVE = 960;
const PING_INTERVAL_MS = 480_000;

/** Does each operation with real clients, one after the other, and counts what it costs. */
export class Operations {
  readonly #service: LocalAws;
  readonly #meter: Meter;
  readonly #content: TableContent;
  readonly #lambda: LambdaClient;
  readonly #clients: Socket[] = [];

  constructor(service: LocalAws, meter: Meter) {
    this.#service = service;
    this.#meter = meter;
    this.#content = new TableContent(service);
    this.#lambda = new LambdaClient(service.sdkConfig);
  }

  async all(): Promise<Costs> {
    // The first of all: a log is read twice only from what was some time ago.
    const returner = await this.#connect("returner");
    await this.#send(returner, "join", "missed");
    return {
      ...(await this.#connections()),
      ...(await this.#packets()),
      ...(await this.#broadcasts()),
      ...(await this.#heartbeats(returner)),
      ...(await this.#recovery(returner)),
    };
  }

  close(): void {
    for (const client of this.#clients) client.disconnect();
    this.#content.close();
    this.#lambda.destroy();
  }

  async #connections(): Promise<
    Some<"connect" | "connectJson" | "drop" | "dropFromRoom" | "dropJson" | "disconnect">
  > {
    const [connect, visitor] = await this.#metered(["message"], () => this.#connect("visitor"));
    const [json, jsonVisitor] = await this.#metered(["open"], () =>
      connectJson(this.#service, "json-visitor"),
    );
    const dropped = await this.#meter.during(["disconnect"], () => drop(visitor));
    return {
      connect,
      connectJson: json,
      drop: dropped,
      dropFromRoom: share(difference(await this.#dropFromRooms(), dropped), ROOMS),
      dropJson: await this.#meter.during(["disconnect"], () => jsonVisitor.close()),
      disconnect: await this.#disconnect(),
    };
  }

  async #dropFromRooms(): Promise<Cost> {
    const client = await this.#connect("visitor");
    for (let room = 0; room < ROOMS; room += 1) await this.#send(client, "join", `room ${room}`);
    return this.#meter.during(["disconnect"], () => drop(client));
  }

  /** One after the other: what the two meet depends on which is first. */
  async #disconnect(): Promise<Cost> {
    const client = await this.#connect("visitor");
    const left = await this.#meter.during(["message", "disconnect"], () => leave(client));
    return sumOf(left, await this.#meter.during(["disconnect"], () => drop(client)));
  }

  async #packets(): Promise<Some<"event" | "ack" | "data" | "awaitedAck" | "rateCount" | "join" | "leave">> {
    const client = await this.#connect("talker");
    const event = await this.#send(client, "nothing");
    const more = (cost: Cost) => difference(cost, event);
    return {
      event,
      ack: more(await this.#meter.during(["message"], () => client.emitWithAck("question"))),
      data: more(await this.#send(client, "note", "hello")),
      awaitedAck: more(await this.#send(client, "ask")),
      rateCount: more(await this.#counted(client)),
      join: more(await this.#send(client, "join", "some")),
      leave: more(await this.#send(client, "leave", "some")),
    };
  }

  async #counted(client: Socket): Promise<Cost> {
    await this.#send(client, "chance", 0);
    const cost = await this.#send(client, "nothing");
    await this.#send(client, "chance", 1);
    return cost;
  }

  async #broadcasts(): Promise<Some<Extract<Operation, `to${string}` | `push${string}`>>> {
    const speaker = await this.#connect("speaker");
    // Two others are connected, too.
    await this.#join(MEMBERS - 2, "ten");
    const toAll = await this.#send(speaker, "sayToAll");
    await this.#join(2, "ten");
    await this.#content.fill("hundred", "ten", 100);
    await this.#content.fill("large", "ten", LARGE);
    await this.#content.fill("few", "ten", MEMBERS);
    await this.#content.fill("many", "ten", EXCEPTED);
    const said = { event: "said", data: "hello" };
    return {
      toNobody: await this.#send(speaker, "say", "nobody"),
      toTen: await this.#send(speaker, "say", "ten"),
      toHundred: await this.#send(speaker, "say", "hundred"),
      toLarge: await this.#send(speaker, "say", "large"),
      toTenExceptFew: await this.#send(speaker, "sayExcept", "ten", "few"),
      toTenExceptMany: await this.#send(speaker, "sayExcept", "ten", "many"),
      toAll,
      push: await this.#push({ ...said, rooms: ["ten"] }),
      pushToUser: await this.#push({ ...said, users: ["speaker"] }),
    };
  }

  async #heartbeats(client: Socket): Promise<Some<"heartbeat" | "heartbeatOfThousand" | "ping">> {
    const heartbeat = await this.#heartbeat();
    await this.#content.age(client.id ?? "", PING_INTERVAL_MS);
    const pinged = await this.#meter.during(["heartbeat", "message"], () => this.#invokeHeartbeat());
    await this.#content.addLive(MANY_LIVE);
    const many = await this.#heartbeat();
    return {
      heartbeat,
      heartbeatOfThousand: share(difference(many, heartbeat), MANY_LIVE / 1_000),
      ping: difference(pinged, heartbeat),
    };
  }

  async #recovery(client: Socket): Promise<Some<"reconnect">> {
    await this.#meter.during(["disconnect"], () => drop(client));
    const events = ["one", "two", "three"];
    await this.#push(events.map((data) => ({ rooms: ["missed"], event: "said", data })));
    const heard: unknown[] = [];
    client.on("said", (text: string) => heard.push(text));
    const reconnect = await this.#meter.during(["message"], () => connected(client.connect()));
    if (client.recovered && heard.join() !== events.join()) throw new Error(`it missed some: ${heard}`);
    return { reconnect };
  }

  async #connect(user: string): Promise<Socket> {
    const client = await connectSocketIo(this.#service, user);
    this.#clients.push(client);
    return client;
  }

  /** So many others. */
  async #join(count: number, room: string): Promise<void> {
    await this.#meter.during(["message"], () =>
      Promise.all(
        Array.from({ length: count }, async () => (await this.#connect("member")).emitWithAck("join", room)),
      ),
    );
  }

  async #metered<T>(functions: readonly string[], act: () => Promise<T>): Promise<readonly [Cost, T]> {
    const acting = { result: undefined as T | undefined };
    const cost = await this.#meter.during(functions, async () => {
      acting.result = await act();
    });
    // `during` waits for it.
    return [cost, acting.result as T];
  }

  #send(client: Socket, event: string, ...args: readonly unknown[]): Promise<Cost> {
    return this.#meter.during(["message"], async () => void client.emit(event, ...args));
  }

  #push(input: unknown): Promise<Cost> {
    const command = new InvokeCommand({
      FunctionName: this.#service.pushFunctionName,
      Payload: JSON.stringify(input),
    });
    return this.#meter.during(["push"], () => this.#lambda.send(command));
  }

  #heartbeat(): Promise<Cost> {
    return this.#meter.during(["heartbeat"], () => this.#invokeHeartbeat());
  }

  #invokeHeartbeat(): Promise<unknown> {
    const fn = this.#service.aws.lambda.functions.find(({ logicalId }) => /Heartbeat/.test(logicalId));
    return this.#lambda.send(new InvokeCommand({ FunctionName: fn?.name, Payload: "{}" }));
  }
}
