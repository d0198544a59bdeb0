import type { Member, SocketRecord } from "../records";
import { isLongToLog, logEmits, logLater } from "../recovery/event-log";
import type { DeliveryServices } from "../services";
import { findOut, type Resolved, resolve, send } from "./delivery";
import { fittingBeside, loadedWith, NO_LOAD } from "./fan-out/content";
import { type HandedOn, handOn } from "./fan-out/handing-on";
import { untilDelivered } from "./fan-out/waiting";
import { parcelsOf } from "./parcels";
import { type Addressee, type Emit, recipientsIn } from "./recipients";
import type { RoomTarget } from "./target";

/** The socket whose packet it is, on the connection on which that came. */
export type Own = Pick<SocketRecord, "sid" | "namespace" | "connectionId">;

const NOBODY: RoomTarget = { kind: "rooms", namespace: "/", rooms: [], except: [] };
const NOTHING: Resolved = { kind: "posts", emits: [], posts: { emits: 0, connections: [] } };

/**
 * What the listeners of one packet emit, in the order of their calls. From the first event on that is for many
 * sockets all wait for the end, and travel as one delivery: a later small one must not overtake it. Only the
 * socket whose packet it is gets its own at once, as whatever else it gets of this packet follows.
 */
export class Outbox {
  readonly #services: DeliveryServices;
  readonly #own: Own;
  #waiting: Emit[] = [];
  #load = NO_LOAD;
  /** Of the first of them. */
  #estimates: readonly number[] = [];
  /** What workers may still be at. */
  #handedOn: HandedOn[] = [];

  constructor(services: DeliveryServices, own: Own) {
    this.#services = services;
    this.#own = own;
  }

  /** How many of the emits, from the first one on, it can take together. At least one, which it may refuse. */
  fitting(emits: readonly Emit[]): number {
    return emits.length < 2 ? emits.length : Math.max(1, fittingBeside(this.#load, emits));
  }

  /**
   * Finds out who gets what now, and answers what posts it, as far as it does not wait.
   *
   * @throws RangeError when they are to wait, and one delivery cannot hold them beside what waits already.
   */
  async take(emits: readonly Emit[]): Promise<() => Promise<void>> {
    if (this.#waiting.length > 0) return this.#keep(emits);
    const known = isLongToLog(this.#services, emits) ? await findOut(this.#services, emits) : undefined;
    if (known?.kind === "large") return this.#keepFirst(emits, known.estimates);
    const resolved = await resolve(this.#services, emits);
    if (resolved.kind === "posts") return this.#posting(resolved);
    return this.#keepFirst(await logLater(this.#services, emits, resolved.emits), resolved.estimates);
  }

  /** Hands on what waits. */
  async flush(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const emits = this.#waiting;
    this.#waiting = [];
    this.#load = NO_LOAD;
    const logged = await logEmits(this.#services, emits);
    const { handedOn } = await handOn(this.#services, logged, this.#estimates);
    this.#handedOn.push(handedOn);
  }

  /** Hands on what waits, and waits until workers are done with all of it, or `until` (milliseconds since the epoch). */
  async deliver(until: number): Promise<void> {
    await this.flush();
    for (const handedOn of this.#handedOn.splice(0)) {
      const { isFinished } = await untilDelivered(this.#services, handedOn, until);
      if (isFinished) continue;
      const { deliveryId } = handedOn;
      this.#services.log.warn("what follows events for many was done before everyone got them", {
        deliveryId,
      });
    }
  }

  #keepFirst(emits: readonly Emit[], estimates: readonly number[]): Promise<() => Promise<void>> {
    this.#estimates = estimates;
    return this.#keep(emits);
  }

  async #keep(emits: readonly Emit[]): Promise<() => Promise<void>> {
    const load = loadedWith(this.#load, emits);
    const own = await this.#copies(emits);
    const posting = this.#posting(own ?? NOTHING);
    this.#load = load;
    this.#waiting.push(...(own ? emits.map((emit) => this.#withoutOwn(emit)) : emits));
    return posting;
  }

  #posting(resolved: Resolved): () => Promise<void> {
    return async () => void (await send(this.#services, resolved));
  }

  /**
   * The own socket's copies, in the log as sent to it alone: the others' are to be there later. `undefined` where it is
   * not on this connection any more: it gets what it gets as the others do.
   */
  async #copies(emits: readonly Emit[]): Promise<Resolved | undefined> {
    if (emits.every((emit) => this.#isLeftOut(emit))) return NOTHING;
    const { connectionId } = this.#own;
    const own = await this.#find(emits);
    if (own?.member.connectionId !== connectionId) return undefined;
    const copies = own.emits.flatMap((index) => copyFor(own.member, emits[index]));
    const logged = await logEmits(this.#services, copies);
    const all = logged.map((_, index) => index);
    const connections = parcelsOf(logged, [{ member: own.member, emits: all }]);
    return { kind: "posts", emits: logged, posts: { emits: logged.length, connections } };
  }

  async #find(emits: readonly Emit[]): Promise<Addressee | undefined> {
    const { sid, namespace } = this.#own;
    const range = { after: sid.slice(0, -1), upTo: sid };
    const asked = emits.map((emit) => (this.#isLeftOut(emit) ? { ...emit, target: NOBODY } : emit));
    const itself = { target: { ...NOBODY, namespace, rooms: [sid] } };
    for await (const { addressees } of recipientsIn(this.#services.memberships, [...asked, itself], range)) {
      const own = addressees.find(({ member }) => member.sid === sid);
      if (own) return own;
    }
    return undefined;
  }

  #withoutOwn(emit: Emit): Emit {
    if (this.#isLeftOut(emit)) return emit;
    const { target } = emit;
    if (target.kind === "socket") return { ...emit, target: NOBODY };
    return { ...emit, target: { ...target, except: [...target.except, this.#own.sid] } };
  }

  /** As `socket.broadcast` and `socket.to` do. */
  #isLeftOut({ target }: Emit): boolean {
    const { sid } = this.#own;
    return target.kind === "rooms" ? target.except.includes(sid) : target.socket.sid !== sid;
  }
}

function copyFor(member: Member, emit: Emit | undefined): readonly Emit[] {
  if (!emit) return [];
  const { target } = emit;
  if (target.kind === "socket") return [emit];
  return [{ ...emit, target: { kind: "socket", socket: { ...member, namespace: target.namespace } } }];
}
