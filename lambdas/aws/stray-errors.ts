import { consoleLog } from "./log";

/**
 * Keeps what an app left running from hurting others: Lambda's runtime ends the environment, and with it
 * another client's packet, on a rejection or exception that nobody handles. Here it is logged. Nothing of
 * ours depends on it: a listener's own failures are handled where they happen.
 */
export function surviveStrayErrors(): void {
  for (const event of ["unhandledRejection", "uncaughtException"] as const) {
    process.removeAllListeners(event);
    process.on(event, (error: unknown) => {
      consoleLog.error("an error outside of any listener: something was started and not awaited", { error });
    });
  }
}
