import { randomUUID } from "node:crypto";
import type { LambdaService } from "./lambda/service";
import { ACCOUNT_ID, REGION } from "./template/account";
import type { Schedule } from "./template/model";
import type { Terminal } from "./terminal";

/** EventBridge: invokes functions at the rates that the template sets. */
export class Schedules {
  private timers: readonly NodeJS.Timeout[] = [];

  constructor(
    private readonly lambda: LambdaService,
    private readonly terminal: Terminal,
    private readonly minuteMs: number,
  ) {}

  /** Begins anew: each schedule runs at once, and then after each of its intervals. AWS begins within the first. */
  deploy(schedules: readonly Schedule[]): void {
    this.stop();
    for (const schedule of schedules) this.run(schedule);
    this.timers = schedules.map((schedule) =>
      setInterval(() => this.run(schedule), schedule.everyMinutes * this.minuteMs),
    );
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  private run(schedule: Schedule): void {
    const fn = this.lambda.find(schedule.functionArn);
    if (fn === undefined || !schedule.permitted)
      this.terminal.line(
        `${schedule.arn}: no permission of the template lets it invoke ${schedule.functionArn}`,
      );
    else this.lambda.invokeAsync(fn, schedule.input ?? scheduledEvent(schedule));
  }
}

function scheduledEvent({ arn }: Schedule): string {
  return JSON.stringify({
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: ACCOUNT_ID,
    time: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    region: REGION,
    resources: [arn],
    detail: {},
  });
}
