import { setTimeout as delay } from "node:timers/promises";
import { EnvironmentCalls } from "./environment-calls";
import { checkPlan, type FaultPlan, type Rule } from "./plan";
import { defaultMs, type FaultName, type Place, POINTS } from "./points";
import { randomNumbers } from "./random";

/** What happens now. */
export interface Strike<Name extends FaultName = FaultName> {
  readonly name: Name;
  /** 0 where it is not about time. */
  readonly ms: number;
}

/** Who passes a place, for the rules that are meant for some only. */
export type Passer = Readonly<Pick<Rule, "function" | "operation" | "call" | "write">>;

/** The faults of one place. */
type NameAt<At extends Place> = {
  [Name in FaultName]: (typeof POINTS)[Name]["at"] extends At ? Name : never;
}[FaultName];

interface ActiveRule {
  readonly name: FaultName;
  readonly rule: Rule;
  left: number;
  readonly struck?: () => void;
}

/**
 * What local AWS does wrong, and how often it did. The same seed and plan strike the same passers of each
 * place, in the order in which they come.
 */
export class Faults {
  /** What functions are doing: whose call a request is. */
  readonly calls = new EnvironmentCalls();
  private readonly rules = new Map<Place, ActiveRule[]>();
  private readonly struck = new Map<FaultName, number>();
  private readonly randoms = new Map<Place, () => number>();

  /** @throws an Error when the plan is none */
  constructor(
    plan: FaultPlan = {},
    private readonly seed = 1,
  ) {
    this.plan(plan);
  }

  /** From now on these and no others. @throws an Error when the plan is none */
  plan(plan: FaultPlan): void {
    this.rules.clear();
    for (const [name, rule] of entriesOf(plan))
      this.addRule({ name, rule, left: rule.times ?? Number.POSITIVE_INFINITY }, "last");
  }

  /** Besides the plan, whoever it is meant for next, and once. Resolves when it has struck; a new plan forgets it. */
  next(name: FaultName, whom: Passer & Pick<Rule, "ms"> = {}): Promise<void> {
    const rule = { ...whom, probability: 1 };
    return new Promise((struck) => this.addRule({ name, rule, left: 1, struck }, "first"));
  }

  /** Whether there is anything to strike with. */
  get isPlanned(): boolean {
    return this.rules.size > 0;
  }

  /** How often each fault has struck; those that never did are missing. */
  get counts(): Readonly<Partial<Record<FaultName, number>>> {
    return Object.fromEntries([...this.struck].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  /** Asked once by whoever passes the place: what happens, if anything. */
  strike<At extends Place>(at: At, passer: Passer = {}): Strike<NameAt<At>> | undefined {
    const rules = this.rules.get(at)?.filter((one) => one.left > 0 && isMeant(one.rule, passer)) ?? [];
    if (rules.length === 0) return undefined;
    const chosen = choose(rules, this.random(at));
    if (chosen === undefined) return undefined;
    chosen.left -= 1;
    this.struck.set(chosen.name, (this.struck.get(chosen.name) ?? 0) + 1);
    chosen.struck?.();
    // The rules of a place are of that place's faults.
    const name = chosen.name as NameAt<At>;
    return { name, ms: chosen.rule.ms ?? defaultMs(name) ?? 0 };
  }

  /** For places where being late is what may happen: resolves after that, with what struck. */
  async pause<At extends Place>(at: At): Promise<Strike<NameAt<At>> | undefined> {
    const strike = this.strike(at);
    // Nobody waits for what is still held back when the process wants to end.
    if (strike !== undefined && strike.ms > 0) await delay(strike.ms, undefined, { ref: false });
    return strike;
  }

  private addRule(rule: ActiveRule, where: "first" | "last"): void {
    const { at } = POINTS[rule.name];
    const others = this.rules.get(at)?.filter(({ left }) => left > 0) ?? [];
    this.rules.set(at, where === "first" ? [rule, ...others] : [...others, rule]);
  }

  private random(at: Place): number {
    const next = this.randoms.get(at) ?? randomNumbers(`${this.seed} ${at}`);
    this.randoms.set(at, next);
    return next();
  }
}

function entriesOf(plan: FaultPlan): readonly (readonly [FaultName, Rule])[] {
  // `checkPlan` leaves known names and whole rules.
  return Object.entries(checkPlan(plan)) as [FaultName, Rule][];
}

function isMeant(rule: Rule, passer: Passer): boolean {
  return (["function", "operation", "call", "write"] as const).every(
    (key) => rule[key] === undefined || rule[key] === passer[key],
  );
}

function choose(rules: readonly ActiveRule[], random: number): ActiveRule | undefined {
  let threshold = 0;
  return rules.find(({ rule }) => {
    threshold += rule.probability;
    return random < threshold;
  });
}
