import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ID_PATTERN, compareUtf8 } from '../../src/base/id.ts';

describe('ID_PATTERN', () => {
  it.each(['a', '7', 'vip', 'lapsed-vip', 'a-', 'a'.repeat(64)])('lets %j be an id', (id) => {
    expect(ID_PATTERN.test(id)).toBe(true);
  });

  it.each(['', '-a', 'VIP', 'a_b', 'a.b', 'é', 'a b', 'a\n', 'a'.repeat(65)])(
    'refuses %j',
    (id) => {
      expect(ID_PATTERN.test(id)).toBe(false);
    },
  );
});

describe('compareUtf8', () => {
  it.each([
    ['', 'a'],
    ['a', 'b'],
    ['a', 'aa'],
    ['B', 'a'],
    ['10', '9'],
    ['z', 'é'],
    ['é', '中'],
    ['\uffee', '😀'],
    ['\ue000', '\u{10000}'],
    ['😀', '😁'],
    ['a😀', 'b'],
  ])('%j stands before %j', (a, b) => {
    expect(compareUtf8(a, b)).toBeLessThan(0);
    expect(compareUtf8(b, a)).toBeGreaterThan(0);
    expect(compareUtf8(a, a)).toBe(0);
  });

  it('orders any two texts as their bytes are ordered', () => {
    const unit = fc.constantFrom('a', 'z', 'é', '\ud7ff', '\ue000', '\uffee', '😀', '\u{10ffff}');
    const text = fc.oneof(fc.string({ unit }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(text, text, (a, b) => {
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(compareUtf8(a, b))).toBe(bytes);
      }),
    );
  });
});
