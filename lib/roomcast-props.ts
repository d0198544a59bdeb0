import type { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import type { RoomcastLimits } from "./limits";

/** What `jwt()` verifies tokens with: a shared secret (HS256 and its kin) or an identity provider's public keys. */
export type JwtVerification = JwtRules & ({ readonly secret?: ISecret } | { readonly jwksUrl: string });

/** What else a token must be; `exp` and `sub` it must have anyway. `jwt()` in the app can replace each of them. */
export interface JwtRules {
  /**
   * The `iss` that a token must have, or several of which it must have one. An identity provider signs for
   * many: with its `jwksUrl`, give issuer and audience.
   *
   * @default - any
   */
  readonly issuer?: string | readonly string[];
  /**
   * The `aud` that a token must have, or several of which it must have one.
   *
   * @default - any
   */
  readonly audience?: string | readonly string[];
  /**
   * By how much the issuer's clock may differ, in whole seconds up to 10 minutes.
   *
   * @default Duration.seconds(5)
   */
  readonly clockTolerance?: Duration;
  /**
   * The algorithms that a token may be signed with: HS256, HS384 and HS512 with a secret, RS256, ES256 and
   * the like with a JWKS URL.
   *
   * @default - all that fit the kind of key
   */
  readonly algorithms?: readonly string[];
}

export interface RoomcastThrottle {
  /** Requests a second that clients may make together, lasting; more get an error frame. */
  readonly rateLimit: number;
  /** How many may come at one moment. */
  readonly burstLimit: number;
}

/**
 * What the order of a client's messages is worth.
 *
 * - `none`: each message is an invocation of its own. Two that follow each other closely are handled at the
 *   same time, and either may be done first.
 * - `per-connection`: the messages of one connection are handled one after the other, in the order in which
 *   they were sent; those of different connections in none. They go through an SQS FIFO queue.
 */
export type MessageOrder = "none" | "per-connection";

export interface RoomcastProps {
  /**
   * Path of the module that is the application: its default export is a `Server`. Relative paths start at
   * the working directory.
   *
   * @default - `app/index.ts` of this package
   */
  readonly app?: string;
  /**
   * The last part of the wss URL: letters, digits, `_` and `-`.
   *
   * @default "prod"
   */
  readonly stageName?: string;
  /**
   * Origins whose pages may connect, such as `https://example.com`, or `*` for all. Clients that are no
   * browsers send no origin and are not concerned.
   *
   * @default ["*"]
   */
  readonly allowedOrigins?: readonly string[];
  /**
   * Whose tokens are accepted. The secret's string is the key itself.
   *
   * @default - a new secret with 64 random characters
   */
  readonly jwt?: JwtVerification;
  /**
   * How often a connection is pinged, from 0.1 seconds to 9 minutes: API Gateway closes what was idle for 10.
   * From a minute on pings are half a minute early or late, as the schedule falls. When this or
   * `pingTimeout` is below a minute, or `connectTimeout` below half of one, the heartbeat function runs all
   * the time, at some $35 a month: for tests.
   *
   * @default Duration.minutes(8)
   */
  readonly pingInterval?: Duration;
  /**
   * How long an answer to a ping may take, from 0.1 seconds to an hour; who has not answered by then is cut
   * within the next minute. Clients drop the connection when no ping came for `pingInterval` and
   * `pingTimeout` together: less than two minutes leaves little for a schedule that is late.
   *
   * @default Duration.seconds(120)
   */
  readonly pingTimeout?: Duration;
  /**
   * How long a client may be connected to no namespace from the beginning, from 0.1 seconds to an hour; who
   * is in none by then is cut within the next minute.
   *
   * @default Duration.seconds(45)
   */
  readonly connectTimeout?: Duration;
  /**
   * How long a Socket.IO client that was cut off can come back, up to an hour, and go on as the same socket, with
   * its rooms, its data and the events that it missed. On by default, and seen by clients' listeners: as with
   * Socket.IO's `connectionStateRecovery`, every event without an ack ends with one more argument, a string. Costs
   * a DynamoDB write for each emit and room. `false` or zero turns it off. What is guaranteed:
   * `docs/delivery-guarantees.md`.
   *
   * @default Duration.minutes(2)
   */
  readonly recoveryWindow?: Duration | false;
  /**
   * A client that is recovered is sent again what was emitted up to so long before the last event that it got, up
   * to a minute. Two events that cross on their way to a client may arrive in another order than that of their
   * offsets, and of one that had not arrived yet when the connection broke only this knows. With it such events
   * come at least once, and some that had arrived come twice; without it they come at most once.
   *
   * @default Duration.seconds(0)
   */
  readonly recoveryOverlap?: Duration;
  /**
   * The largest message that clients may send, in bytes, and are told so. A larger one of a plain JSON client is
   * refused, one of a Socket.IO client closes its connection. API Gateway takes 32768 in a frame, whatever this
   * says, and closes the connection beyond: more, up to 1000000, is for test suites that expect a number.
   *
   * @default 32768
   */
  readonly maxPayloadBytes?: number;
  /**
   * How long a listener may take, in whole seconds below 29: API Gateway's limit of an invocation.
   *
   * @default Duration.seconds(25)
   */
  readonly listenerTimeout?: Duration;
  /**
   * Whether the messages of one connection are handled in order. `per-connection` costs SQS's time, some 10 to
   * 50 ms a message by estimate, and its price; see `docs/delivery-guarantees.md`.
   *
   * @default "none"
   */
  readonly order?: MessageOrder;
  /**
   * Rooms that one socket may be in, from 1 to 1000.
   *
   * @default 100
   */
  readonly maxRoomsPerSocket?: number;
  /**
   * What one client may ask of the service. `false` turns all of these limits off. Behind a proxy such as
   * CloudFront turn off the two that count addresses.
   *
   * @default - each limit's own
   */
  readonly limits?: RoomcastLimits | false;
  /**
   * Request headers that `socket.handshake.headers` keeps.
   *
   * @default ["accept-language", "host", "origin", "user-agent"]
   */
  readonly handshakeHeaders?: readonly string[];
  /**
   * Limits of the stage. The default is the quota that an account has of its own accord and shares among
   * all its APIs; a lower one leaves the others their part.
   *
   * @default - 10000 requests a second, 5000 at one moment
   */
  readonly throttle?: RoomcastThrottle;
  /**
   * Posts a second that the workers of one event for many sockets make together, from 1 to 1000000. At the
   * whole of the account's quota a broadcast would take the tokens of clients' own messages: they would get
   * error frames, drop their connections and come back all at once. Two such events at one moment share
   * nothing: API Gateway refuses what is too much, and both slow down.
   *
   * @default 7000 - 70 % of the quota that an account has of its own accord
   */
  readonly deliveryRate?: number;
  /**
   * How long the functions' logs and the access log are kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * MiB of each function. CPU follows memory, so that less is hardly cheaper but starts and delivers later.
   *
   * @default 1024
   */
  readonly memorySize?: number;
  /**
   * What becomes of the table and the logs when the stack is deleted. The table holds nothing that outlives
   * the connections.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Gives API Gateway the role it writes access logs with. It is a setting of the whole account and region
   * and is kept when the stack is deleted; `false` where the account already has one.
   *
   * @default true
   */
  readonly cloudWatchRole?: boolean;
}
