import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { queryOf } from "./http";
import { isAllowed, type Policy } from "./policy";
import { ACCOUNT_ID } from "./template/account";
import type { LambdaFunction } from "./template/model";

export interface Caller {
  readonly isDeveloper: boolean;
  may(action: string, resource: string): boolean;
  /** The message with which AWS refuses. */
  denial(action: string, resource: string): string;
}

/**
 * Who signed a request. A function signs with an access key of its own and may do what its role says; any
 * other key is a developer's, who may do everything. Signatures themselves are not verified.
 */
export class Callers {
  private readonly functions = new Map<string, LambdaFunction>();

  register(functions: readonly LambdaFunction[]): void {
    for (const fn of functions) this.functions.set(accessKeyId(fn), fn);
  }

  /** `undefined` when the request is not signed. */
  of(request: IncomingMessage): Caller | undefined {
    const signed = request.headers.authorization ?? queryOf(request);
    const key =
      /^AWS4-HMAC-SHA256 .*Credential=([^/,\s]+)\//.exec(signed) ?? /X-Amz-Credential=([^%/&]+)/.exec(signed);
    if (key?.[1] === undefined) return undefined;
    const fn = this.functions.get(key[1]);
    return fn === undefined ? DEVELOPER : new Role(fn.logicalId, fn.policy);
  }
}

/** The variables through which the SDKs in a function find its credentials. */
export function credentials(fn: LambdaFunction): Readonly<Record<string, string>> {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId(fn),
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_SESSION_TOKEN: "local",
  };
}

const DEVELOPER: Caller = { isDeveloper: true, may: () => true, denial: () => "" };

class Role implements Caller {
  readonly isDeveloper = false;

  constructor(
    private readonly name: string,
    private readonly policy: Policy,
  ) {}

  may(action: string, resource: string): boolean {
    return isAllowed(this.policy, action, resource);
  }

  denial(action: string, resource: string): string {
    return `User: arn:aws:sts::${ACCOUNT_ID}:assumed-role/${this.name} is not authorized to perform: ${action} on resource: ${resource}`;
  }
}

function accessKeyId(fn: LambdaFunction): string {
  const hash = createHash("sha256").update(fn.arn).digest("hex").toUpperCase();
  return `ASIA${hash.slice(0, 16)}`;
}
