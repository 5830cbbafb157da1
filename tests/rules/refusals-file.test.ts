import { describe, expect, it } from 'vitest';
import { NULL, refusalsOf } from './refusal-table.ts';

/** Nine lines that stand for a thousand million values. */
const BOMB = Array.from({ length: 9 }, (_, i) => {
  return `a${i}: &a${i} [${`${i === 0 ? 'x' : `*a${i - 1}`}, `.repeat(10)}]`;
}).join('\n');

describe('limits', () => {
  const nested = (depth: number) =>
    '{ not: '.repeat(depth - 1) + '{ event: A }' + ' }'.repeat(depth - 1);
  const wide = (leaves: number) => `{ any: [${'{ event: A },'.repeat(leaves)}] }`;
  const some = (depth: number) =>
    `{ event: A, where: ${'{ a: { some: '.repeat(depth)}{ b: 1 }${' } }'.repeat(depth)} }`;

  it('lets a rule be 8 deep and have 64 conditions', () => {
    expect(refusalsOf(`rule: ${nested(8)}`)).toEqual([]);
    expect(refusalsOf(`rule: ${wide(64)}`)).toEqual([]);
    expect(refusalsOf(`rule: ${some(8)}`)).toEqual([]);
    const pattern = '😀'.repeat(256);
    expect(refusalsOf(`rule: { event: A, where: { a: { matches: ${pattern} } } }`)).toEqual([]);
  });

  it('refuses what is deeper or wider', () => {
    expect(refusalsOf(`rule: ${nested(9)}`)).toEqual([
      `rule${'.not'.repeat(8)} | the rule is nested deeper than 8 | move the inner part into a segment and refer to it`,
    ]);
    expect(refusalsOf(`rule: ${wide(65)}`)).toEqual([
      'rule | the rule has 65 conditions; at most 64 are allowed | move a part of them into a segment and refer to it',
    ]);
    expect(refusalsOf(`rule: ${some(9)}`)).toEqual([
      `rule.where${'.a.some'.repeat(9)} | "some" is nested deeper than 8 | -`,
    ]);
  });
});

describe('files', () => {
  it.each([
    ['', ' | a segment must be a mapping, not nothing | its keys are name, description, rule'],
    ['- a', ' | a segment must be a mapping, not a list | its keys are name, description, rule'],
    ['name: a', ' | "rule" is missing | such as rule: { event: Order Completed }'],
    ['event: A', ' | "rule" is missing | put "event" under rule:'],
    ['name: 5\nrule: { event: A }', 'name | the name must be text, not 5 | quote it: "5"'],
    [
      'description:\nrule: { event: A }',
      'description | the description must be text, not nothing | -',
    ],
    [
      'nmae: b\nrule: { event: A }',
      'nmae | unknown key "nmae" in a segment | did you mean "name"?',
    ],
    ['rule: { event: A, event: B }', 'rule.event | the key "event" stands twice | -'],
    [
      'rule: { all: [{ event: A }, { event: B, "event": C }] }',
      'rule.all[1].event | the key "event" stands twice | -',
    ],
    [
      'rule: { event: A',
      'line 1, column 17 | this is no YAML: Flow map in block collection must be sufficiently indented and end with a } | -',
    ],
    ['rule: *a', ' | nothing before the alias "a" has its name | -'],
    ['a: 1\n---\nb: 2', 'line 2, column 1 | the file has a second document | -'],
    ['rule: &a { not: *a }', ' | the alias "a" stands inside of what it stands for | -'],
    [
      'rule: !!binary aGk=',
      'line 1, column 7 | this is no YAML: Unresolved tag: tag:yaml.org,2002:binary | -',
    ],
  ])('refuses %j', (text, error) => {
    expect(refusalsOf(text)).toContain(error);
  });

  it('refuses what would take too long to read', () => {
    const tooOften = 'the file is nested too deeply, or repeats its parts too often';
    expect(refusalsOf(BOMB)).toEqual([` | ${tooOften} | -`]);
    const tooLong = 'the file is longer than 250000 characters';
    expect(refusalsOf('#'.repeat(250_001))).toEqual([` | ${tooLong} | -`]);
  });

  it('refuses a name that is no id', () => {
    const hint = 'an id has a-z, 0-9 and hyphens, begins with no hyphen and is at most 64 long';
    const text = 'rule: { event: A }';
    expect(refusalsOf(text, 'VIP.yaml')).toEqual([` | "VIP" is no id of a segment | ${hint}`]);
    expect(refusalsOf(text, '-a.yaml')).toEqual([` | "-a" is no id of a segment | ${hint}`]);
    const long = 'a'.repeat(65);
    expect(refusalsOf(text, `${long}.yaml`)).toEqual([
      ` | "${long}" is no id of a segment | ${hint}`,
    ]);
    expect(refusalsOf(text, `${'a'.repeat(64)}.yaml`)).toEqual([]);
    expect(refusalsOf(text, 'vip.yml')).toEqual([
      ' | the file "vip.yml" does not end in ".yaml" | a segment is one file, <id>.yaml',
    ]);
  });

  it('keeps quoted text as text, as YAML 1.2 has it', () => {
    const where = '{ a: "5", b: no, c: 2024-01-01, d: 0o10, e: null }';
    const [error] = refusalsOf(`rule: { event: A, where: ${where} }`);
    expect(error).toBe(`rule.where.e | the matcher is empty | ${NULL}`);
  });
});
