import type { EpochMs } from '../../src/base/time.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import type { EventCondition } from '../../src/rules/rule.ts';

/*
 * What a good programmer writes on the first day, without an engine, for rules that count: each
 * event is held against every rule, and every rule's count is looked at. It keeps for each rule no
 * more instants than decide, allocates nothing for a rule that has met no event, and has one timer
 * for each rule that holds, in a bucket for each second.
 *
 * It does the same job as the engine: the same entries and exits of each customer in the same
 * order. Where all instants are whole seconds, as here, it is exact; a live one would be late by up
 * to a second. It knows no late events, numbers nothing, and cannot store what it knows.
 */

interface Rule {
  readonly event: string;
  readonly category: string | undefined;
  readonly windowMs: number;
  readonly atLeast: number;
}

class Customer {
  readonly id: string;
  /** Customers in the order in which a rule has met them. */
  readonly number: number;
  readonly instants: (EpochMs[] | undefined)[];
  readonly holds: Uint8Array;

  constructor(id: string, number: number, rules: number) {
    this.id = id;
    this.number = number;
    this.instants = Array.from({ length: rules });
    this.holds = new Uint8Array(rules);
  }
}

export interface Transition {
  readonly at: EpochMs;
  readonly customer: string;
  readonly rule: number;
  readonly kind: 'entry' | 'exit';
}

interface Due {
  readonly customer: Customer;
  readonly rule: number;
}

export class NaiveScan {
  readonly members: number[];
  readonly #rules: readonly Rule[];
  /** Undefined: known, but no rule has met an event of this customer. */
  readonly #customers = new Map<string, Customer | undefined>();
  readonly #due = new Map<number, Due[]>();
  #second = 0;
  #count = 0;
  #transitions: Transition[] = [];

  constructor(conditions: readonly EventCondition[]) {
    this.#rules = conditions.map(plainRule);
    this.members = conditions.map(() => 0);
  }

  apply(events: readonly CustomerEvent[]): Transition[] {
    for (const event of events) {
      // What is due at the event's own instant is looked at together with it.
      this.moveTo(event.at - 1);
      this.#take(event);
    }
    const transitions = this.#transitions;
    this.#transitions = [];
    return transitions;
  }

  /** Looks again at the rules whose instants have left since. */
  moveTo(at: EpochMs): void {
    const second = Math.floor(at / 1_000);
    if (this.#second === 0) this.#second = second;
    for (; this.#second <= second; this.#second++) {
      const due = this.#due.get(this.#second);
      if (due === undefined) continue;
      this.#due.delete(this.#second);
      if (due.length > 1) due.sort(byCustomer);
      for (const { customer, rule } of due) {
        if (!this.#look(customer, rule, this.#second * 1_000)) continue;
        this.#arm(customer, rule);
      }
    }
  }

  #take(event: CustomerEvent): void {
    const rules = this.#rules;
    const category = event.properties['category'];
    let customer = this.#customers.get(event.customer);
    const isNew = customer === undefined;
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i];
      if (rule === undefined) continue;
      if (
        rule.event === event.event &&
        (rule.category === undefined || rule.category === category)
      ) {
        customer ??= new Customer(event.customer, this.#count++, rules.length);
        const list = customer.instants[i];
        if (list === undefined) customer.instants[i] = [event.at];
        else {
          list.push(event.at);
          if (list.length > rule.atLeast) list.shift();
        }
      }
      if (customer === undefined) continue;
      const held = customer.holds[i] === 1;
      if (this.#look(customer, i, event.at) && !held) this.#arm(customer, i);
    }
    if (isNew) this.#customers.set(event.customer, customer);
  }

  /** @returns whether the rule holds now */
  #look(customer: Customer, i: number, now: EpochMs): boolean {
    const rule = this.#rules[i];
    const list = customer.instants[i];
    if (rule === undefined || list === undefined) return false;
    while ((list[0] ?? now) <= now - rule.windowMs) list.shift();
    const holds = list.length >= rule.atLeast;
    if (holds === (customer.holds[i] === 1)) return holds;
    customer.holds[i] = holds ? 1 : 0;
    this.members[i] = (this.members[i] ?? 0) + (holds ? 1 : -1);
    const kind = holds ? 'entry' : 'exit';
    this.#transitions.push({ at: now, customer: customer.id, rule: i, kind });
    return holds;
  }

  #arm(customer: Customer, i: number): void {
    const first = customer.instants[i]?.[0] ?? 0;
    const second = (first + (this.#rules[i]?.windowMs ?? 0)) / 1_000;
    const due = this.#due.get(second);
    if (due === undefined) this.#due.set(second, [{ customer, rule: i }]);
    else due.push({ customer, rule: i });
  }
}

function byCustomer(a: Due, b: Due): number {
  return a.customer.number - b.customer.number || a.rule - b.rule;
}

function plainRule({ events, where, window, comparison }: EventCondition): Rule {
  const [test] = where[0]?.matcher ?? [];
  const [category] = test?.op === 'in' ? test.values : [];
  return {
    event: events[0] ?? '',
    category: typeof category === 'string' ? category : undefined,
    windowMs: window.kind === 'rolling' ? window.fromMs : 0,
    atLeast: comparison.op === 'atLeast' ? comparison.value : 1,
  };
}
