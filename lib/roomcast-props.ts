import type { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";

/** What `jwt()` verifies tokens with: a shared secret (HS256 and its kin) or an identity provider's public keys. */
export type JwtVerification = { readonly secret?: ISecret } | { readonly jwksUrl: string };

export interface RoomcastThrottle {
  /** Requests a second that clients may make together, lasting; more get an error frame. */
  readonly rateLimit: number;
  /** How many may come at one moment. */
  readonly burstLimit: number;
}

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
   * How often a connection is pinged, at most 9 minutes: API Gateway closes what was idle for 10.
   *
   * @default Duration.minutes(8)
   */
  readonly pingInterval?: Duration;
  /**
   * How long an answer to a ping may take.
   *
   * @default Duration.seconds(120)
   */
  readonly pingTimeout?: Duration;
  /**
   * The largest message that clients are told to send, in bytes, at most 32768: API Gateway's limit of a
   * frame, and it is API Gateway that closes the connection beyond that.
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
   * Rooms that one socket may be in, from 1 to 1000.
   *
   * @default 100
   */
  readonly maxRoomsPerSocket?: number;
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
