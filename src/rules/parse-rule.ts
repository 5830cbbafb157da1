import type { SegmentId } from '../base/id.ts';
import { isObject, own, type JsonObject } from '../base/json.ts';
import { didYouMean, keysAmong, placeOf, readList, readMapping, readText, show } from './fault.ts';
import type { Faults, Place } from './fault.ts';
import { readAttributeRule } from './parse-attribute.ts';
import { readNumber } from './parse-comparison.ts';
import { readEventCondition } from './parse-event.ts';
import { readFirstCondition, readLatestCondition } from './parse-latest.ts';
import { NO_PRIVATE_NAMES, type PrivateNames } from './private/names.ts';
import { refusePrivateUse } from './private/use.ts';
import type { Rule } from './rule.ts';
import { RULE_KEYS, SAMPLE_KEYS } from './schema.ts';

/** The root is 1. */
const DEPTH_MAX = 8;
const LEAVES_MAX = 64;

export type RuleKind = keyof typeof RULE_KEYS;

// The keys of a literal are those of its type.
export const RULE_KINDS = Object.keys(RULE_KEYS) as RuleKind[];

/** A rule names another segment here. */
export interface Reference {
  readonly segment: SegmentId;
  readonly place: Place;
}

export interface ParsedRule {
  /** Undefined when a fault was added. */
  readonly rule: Rule | undefined;
  readonly references: readonly Reference[];
}

/**
 * Reads a rule from plain values, as YAML or JSON give them.
 *
 * @param privateNames of whose values nothing may be asked
 */
export function parseRule(
  value: unknown,
  place: Place,
  faults: Faults,
  privateNames: PrivateNames = NO_PRIVATE_NAMES,
): ParsedRule {
  const reader = new RuleReader(faults, privateNames);
  const rule = reader.read(value, place, 1);
  if (reader.leaves > LEAVES_MAX) {
    const message = `the rule has ${reader.leaves} conditions; at most ${LEAVES_MAX} are allowed`;
    faults.add(place, message, 'move a part of them into a segment and refer to it');
  }
  return { rule, references: reader.references };
}

class RuleReader {
  readonly references: Reference[] = [];
  leaves = 0;
  readonly #faults: Faults;
  readonly #privateNames: PrivateNames;

  constructor(faults: Faults, privateNames: PrivateNames) {
    this.#faults = faults;
    this.#privateNames = privateNames;
  }

  read(value: unknown, place: Place, depth: number): Rule | undefined {
    const faults = this.#faults;
    if (depth > DEPTH_MAX) {
      const hint = 'move the inner part into a segment and refer to it';
      return faults.add(place, `the rule is nested deeper than ${DEPTH_MAX}`, hint);
    }
    const kind = kindOf(value, place, faults);
    if (kind === undefined) return undefined;
    const fields = readMapping(value, RULE_KEYS[kind], kindInWords(kind), place, faults);
    return fields === undefined ? undefined : this.#readKind(kind, fields, place, depth);
  }

  #readKind(kind: RuleKind, fields: JsonObject, place: Place, depth: number): Rule | undefined {
    const faults = this.#faults;
    const kindPlace = placeOf(place, kind);
    if (kind === 'all' || kind === 'any') {
      const list = readList(own(fields, kind), `"${kind}"`, kindPlace, faults) ?? [];
      const rules = list.flatMap(
        (rule, i) => this.read(rule, `${kindPlace}[${i}]`, depth + 1) ?? [],
      );
      return { kind, rules };
    }
    if (kind === 'not') {
      const rule = this.read(own(fields, kind), kindPlace, depth + 1);
      return rule === undefined ? undefined : { kind, rule };
    }
    this.leaves += 1;
    refusePrivateUse(fields, place, this.#privateNames, faults);
    switch (kind) {
      case 'segment': {
        const segment = readText(own(fields, kind), 'the id of a segment', kindPlace, faults);
        if (segment === undefined) return undefined;
        this.references.push({ segment, place: kindPlace });
        return { kind, segment };
      }
      case 'sample':
        return readSample(own(fields, kind), kindPlace, faults);
      case 'event':
        return readEventCondition(fields, place, faults);
      case 'latest':
        return readLatestCondition(fields, place, faults);
      case 'first':
        return readFirstCondition(fields, place, faults);
      case 'attribute':
        return readAttributeRule(fields, place, faults);
    }
  }
}

/** The kind of a rule, which one of its keys tells. */
function kindOf(value: unknown, place: Place, faults: Faults): RuleKind | undefined {
  const hint = `a rule has one of the keys ${RULE_KINDS.join(', ')}`;
  if (!isObject(value)) {
    return faults.add(place, `a rule must be a mapping, not ${show(value)}`, hint);
  }
  const keys = Object.keys(value);
  const [kind, ...others] = kindsAmong(value);
  if (kind === undefined) {
    const [key] = keys;
    if (key === undefined) return faults.add(place, 'the rule is empty', hint);
    const meant = keys
      .map((name) => didYouMean(name, RULE_KINDS))
      .find((text) => text !== undefined);
    return faults.add(place, `no rule has the key ${show(key)} alone`, meant ?? hint);
  }
  if (others.length === 0) return kind;
  const names = [kind, ...others].map((name) => `"${name}"`).join(' and ');
  return faults.add(
    place,
    `two kinds of rule in one mapping: ${names}`,
    'put them under all or any',
  );
}

/** With `attribute`, `not` is the matcher's. */
function kindsAmong(fields: JsonObject): RuleKind[] {
  const kinds = keysAmong(fields, RULE_KINDS);
  return kinds.includes('attribute') ? kinds.filter((kind) => kind !== 'not') : kinds;
}

function kindInWords(kind: RuleKind): string {
  if (kind === 'event' || kind === 'attribute') return `an ${kind} condition`;
  return kind === 'all' || kind === 'any' || kind === 'not' ? `"${kind}"` : `a ${kind} condition`;
}

function readSample(value: unknown, place: Place, faults: Faults): Rule | undefined {
  const fields = readMapping(value, SAMPLE_KEYS, 'a sample', place, faults);
  if (fields === undefined) return undefined;
  const percent = readPercent(own(fields, 'percent'), place, faults);
  const salt = own(fields, 'salt');
  if (salt === undefined) {
    const hint = 'such as salt: spring; another salt gives another sample';
    return faults.add(place, '"salt" is missing in the sample', hint);
  }
  const text = readText(salt, 'a salt', placeOf(place, 'salt'), faults);
  if (percent === undefined || text === undefined) return undefined;
  return { kind: 'sample', percent, salt: text };
}

function readPercent(value: unknown, place: Place, faults: Faults): number | undefined {
  if (value === undefined) {
    return faults.add(place, '"percent" is missing in the sample', 'such as percent: 10');
  }
  const percentPlace = placeOf(place, 'percent');
  const percent = readNumber(value, percentPlace, faults);
  if (percent === undefined || (percent > 0 && percent <= 100)) return percent;
  const message = `${show(percent)} is no share in percent`;
  return faults.add(percentPlace, message, 'write a number above 0 and at most 100');
}
