/** Event maps: an interface of functions, as in Socket.IO, `{ message(data: Message): void }`. */

/** The map of a `Server` without type arguments: every event, any arguments. */
export interface DefaultEventsMap {
  // biome-ignore lint/suspicious/noExplicitAny: an untyped server takes anything, as Socket.IO's does
  [event: string]: (...args: any[]) => void;
}

type IsAny<T> = 0 extends 1 & T ? true : false;
// biome-ignore lint/suspicious/noExplicitAny: matches every function, whatever its parameters
type AnyFunction = (...args: any[]) => any;
// biome-ignore lint/suspicious/noExplicitAny: what an untyped map has for arguments
type AnyArgs = any[];

export type EventName<M> = keyof M & string;
// biome-ignore lint/suspicious/noExplicitAny: infers the parameters of any function
export type Params<F> = F extends (...args: infer P) => any ? P : AnyArgs;

/** The last parameter, optional ones included (Socket.IO's own `Last` loses optional acks). */
type Last<T extends readonly unknown[]> = T extends readonly [...infer _, infer L]
  ? L
  : Required<T> extends readonly [...infer _, infer L]
    ? L
    : never;
type Init<T extends readonly unknown[]> = T extends readonly [...infer H, infer _]
  ? H
  : Required<T> extends readonly [...infer H, infer _]
    ? H
    : never;
type AckOf<F> = NonNullable<Last<Params<F>>> extends infer A ? (A extends AnyFunction ? A : never) : never;
export type HasAck<F> =
  IsAny<Params<F>[number]> extends true ? true : [AckOf<F>] extends [never] ? false : true;

export type EventNameWithAck<M> = {
  [K in EventName<M>]: HasAck<M[K]> extends true ? K : never;
}[EventName<M>];

/** What `emitWithAck` answers: the first argument of the ack. */
export type AckValue<F> =
  IsAny<Params<F>[number]> extends true
    ? // biome-ignore lint/suspicious/noExplicitAny: an untyped server's acks, as in Socket.IO
      any
    : Parameters<AckOf<F>> extends []
      ? undefined
      : Parameters<AckOf<F>>[0];

/** What `timeout(ms).emit` takes: the ack has an error in front, and may be left out. */
export type TimedArgs<F, Answer> =
  IsAny<Params<F>[number]> extends true
    ? AnyArgs
    : HasAck<F> extends true
      ? [...WithoutAck<F>, ack?: (error: Error | null, answer: Answer) => void]
      : Params<F>;

/** The arguments of an event without its ack: what can be sent to many sockets at once. */
export type WithoutAck<F> =
  IsAny<Params<F>[number]> extends true ? AnyArgs : HasAck<F> extends true ? Init<Params<F>> : Params<F>;

/** What a listener gets: the client may not have asked for an ack, so the ack is optional. */
export type ListenerArgs<F> =
  IsAny<Params<F>[number]> extends true
    ? AnyArgs
    : HasAck<F> extends true
      ? [...Init<Params<F>>, ack?: AckOf<F>]
      : Params<F>;

export type LifecycleEvent = "connection" | "disconnecting" | "disconnect";
export type ReservedEvent =
  | LifecycleEvent
  | "connect"
  | "connect_error"
  | "newListener"
  | "removeListener"
  | "error"
  | "new_namespace";

/** Makes a map with a reserved name a compile error that names it. */
export type Checked<M> = string extends keyof M
  ? unknown
  : keyof M & ReservedEvent extends never
    ? unknown
    : { [K in keyof M & ReservedEvent]: `"${K}" is reserved` & never };
