import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { PushResult } from "../lambdas/core/push/push";
import type { OperationResult } from "../lambdas/core/push/push-operation";

export interface PushFunctionOptions {
  /** Name or ARN of the push function: the stack's output `PushFunctionName`. */
  readonly functionName: string;
  /**
   * With region, credentials and endpoint of your choice. The SDK repeats an invocation whose answer got
   * lost, so that an event can arrive twice; a client with `maxAttempts: 1` rejects instead.
   *
   * @default a client that is configured by the environment, as the AWS SDK is everywhere
   */
  readonly client?: LambdaClient;
}

export interface PushTarget {
  readonly namespace?: string;
  readonly rooms?: readonly string[];
  readonly users?: readonly string[];
  readonly sockets?: readonly string[];
  readonly exceptRooms?: readonly string[];
  readonly everyone?: boolean;
}

export interface EventInput extends PushTarget {
  readonly event: string;
  readonly args: readonly unknown[];
  /** Of an event for many sockets: the answer comes when they have theirs. */
  readonly wait?: boolean;
}

export type OperationInput = PushTarget &
  (
    | { readonly join: readonly string[] }
    | { readonly leave: readonly string[] }
    | { readonly disconnect: true | "close" }
  );

/** What the push function takes; the function itself checks it. */
export type PushInput = EventInput | OperationInput;

export type PushAnswer<Input extends PushInput> = Input extends EventInput ? PushResult : OperationResult;

export type PushFunction = <Input extends PushInput>(input: Input) => Promise<PushAnswer<Input>>;

/** The push function refused its input, and nothing was done, or it failed: `errorType` tells which. */
export class PushError extends Error {
  override readonly name = "PushError";

  /** @param errorType `PushError` for bad input; otherwise what the Lambda failed with, as it names it. */
  constructor(
    message: string,
    readonly errorType: string,
  ) {
    super(message);
  }
}

export function pushFunction({
  functionName,
  client = new LambdaClient(),
}: PushFunctionOptions): PushFunction {
  return async <Input extends PushInput>(input: Input) => {
    const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(input) });
    const { FunctionError, Payload } = await client.send(command);
    // The function's own answer, or the shape that Lambda gives to every error.
    const answer: unknown = JSON.parse(Payload?.transformToString() || "{}");
    if (FunctionError === undefined) return answer as PushAnswer<Input>;
    throw failure(answer as LambdaError);
  };
}

interface LambdaError {
  readonly errorType?: string;
  readonly errorMessage?: string;
}

/** A refusal speaks for itself; a crash or a timeout must not read as if the caller's own connection failed. */
function failure({ errorType = "Error", errorMessage = "" }: LambdaError): PushError {
  if (errorType === "PushError") return new PushError(errorMessage, errorType);
  return new PushError(`the push function failed: ${errorType}: ${errorMessage}`, errorType);
}
