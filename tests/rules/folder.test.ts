import { describe, expect, it } from 'vitest';
import { ShoalErrors } from '../../src/base/error.ts';
import { parseSegments } from '../../src/rules/folder.ts';

/** `id: rule` a line, as so many files. */
function folder(text: string): { name: string; text: string }[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [id = '', rule = ''] = line.trim().split(/: (.*)/);
      return { name: `${id}.yaml`, text: `rule: ${rule}` };
    });
}

function errorsOf(text: string): string {
  try {
    parseSegments(folder(text), 'config/segments');
  } catch (error) {
    expect(error).toBeInstanceOf(ShoalErrors);
    return String(error);
  }
  return '';
}

describe('a folder of segments', () => {
  it('comes sorted by id', () => {
    const segments = parseSegments(
      folder(`
        b: { segment: a-1 }
        a: { not: { segment: b } }
        a-1: { event: A }`),
      'config/segments',
    );
    expect(segments.map(({ id }) => id)).toEqual(['a', 'a-1', 'b']);
    expect(parseSegments([], 'config/segments')).toEqual([]);
  });

  it('names a segment that does not exist, and the nearest that does', () => {
    expect(
      errorsOf(`
        vip: { event: A }
        lapsed-vip: { all: [{ event: A }, { segment: vips }] }
        x: { segment: something-else }`),
    ).toBe(
      `segment "lapsed-vip" refers to segment "vips", which does not exist
  at config/segments/lapsed-vip.yaml: rule.all[1].segment
  hint: did you mean "vip"?
segment "x" refers to segment "something-else", which does not exist
  at config/segments/x.yaml: rule.segment`,
    );
  });

  it('names the segments of a circle in their order, each circle once', () => {
    expect(
      errorsOf(`
        d: { segment: d }
        c: { segment: a }
        b: { not: { segment: c } }
        a: { any: [{ event: A }, { segment: b }, { segment: e }] }
        e: { segment: a }
        f: { segment: a }`),
    ).toBe(
      `segments refer to each other in a circle: "a" → "b" → "c" → "a"
  at config/segments/c.yaml: rule.segment
  hint: take out one of these references
segment "d" refers to itself
  at config/segments/d.yaml: rule.segment
  hint: take out one of these references
segments refer to each other in a circle: "a" → "e" → "a"
  at config/segments/e.yaml: rule.segment
  hint: take out one of these references`,
    );
  });

  it('shows all errors of all files at once, by file', () => {
    const text = errorsOf(`
      c: { all: [] }
      a: { all: [{ segment: broken }, { segment: none }, { evnt: A }] }
      broken: { event: [], within: 3 }`);
    expect(text.match(/^ {2}at .*$/gm)).toEqual([
      '  at config/segments/a.yaml: rule.all[2]',
      '  at config/segments/a.yaml: rule.all[1].segment',
      '  at config/segments/broken.yaml: rule.event',
      '  at config/segments/broken.yaml: rule.within',
      '  at config/segments/c.yaml: rule.all',
    ]);
    expect(text).not.toContain('"broken", which');
  });

  it('reads a long chain and a wide fan', () => {
    const chain = Array.from({ length: 3_000 }, (_, i) => `s${i}: { segment: s${i + 1} }`);
    expect(errorsOf([...chain, 's3000: { event: A }'].join('\n'))).toBe('');
    expect(errorsOf([...chain, 's3000: { segment: s0 }'].join('\n'))).toContain(
      '"s2999" → "s3000"',
    );
  });
});
