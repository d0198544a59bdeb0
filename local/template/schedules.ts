import { arn } from "./account";
import type { Schedule } from "./model";
import type { Permits } from "./permissions";
import type { Properties, Stack } from "./stack";

/** Rules and schedules that invoke a function at a fixed rate. Disabled ones and other targets are left out. */
export function readSchedules(stack: Stack, permits: Permits): readonly Schedule[] {
  return [...readRules(stack, permits), ...readSchedulerSchedules(stack)];
}

function readRules(stack: Stack, permits: Permits): readonly Schedule[] {
  return stack
    .resources("AWS::Events::Rule")
    .filter(({ properties }) => isScheduled(properties))
    .flatMap(({ id, properties }) =>
      properties
        .objects("Targets")
        .filter(isFunction)
        .map((target) => {
          const ruleArn = arn("events", `rule/${id}`);
          return {
            arn: ruleArn,
            functionArn: target.string("Arn"),
            everyMinutes: everyMinutes(properties),
            input: target.optionalString("Input"),
            permitted: permits("events.amazonaws.com", target.string("Arn"), ruleArn),
          };
        }),
    );
}

/** EventBridge Scheduler invokes with a role of its own; that the role may is not checked. */
function readSchedulerSchedules(stack: Stack): readonly Schedule[] {
  return stack
    .resources("AWS::Scheduler::Schedule")
    .filter(({ properties }) => isScheduled(properties) && isFunction(properties.object("Target")))
    .map(({ id, properties }) => ({
      arn: arn("scheduler", `schedule/default/${id}`),
      functionArn: properties.object("Target").string("Arn"),
      everyMinutes: everyMinutes(properties),
      input: properties.object("Target").optionalString("Input") ?? "{}",
      permitted: true,
    }));
}

function isScheduled(properties: Properties): boolean {
  return properties.optionalString("ScheduleExpression") !== undefined && properties.all.State !== "DISABLED";
}

function isFunction(target: Properties): boolean {
  return target.string("Arn").includes(":lambda:");
}

const MINUTES: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 24 * 60 };

function everyMinutes(properties: Properties): number {
  const expression = properties.string("ScheduleExpression");
  if (/^cron\((\*|0?\/1|\*\/1) \* \* \* \? \*\)$/.test(expression)) return 1;
  const [, count, unit = ""] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const minutes = MINUTES[unit];
  if (minutes === undefined)
    throw new Error(`${properties.owner}: expected rate(…) or cron(* * * * ? *), got ${expression}`);
  return Number(count) * minutes;
}
