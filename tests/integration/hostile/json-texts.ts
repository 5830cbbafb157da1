import type { HostileBody } from './fate.ts';

/*
 * What can be wrong, or odd, with the text of a JSON: by classes, as the suites for parsers of JSON
 * have them.
 */

const UNREADABLE = '400 body-unreadable';

/** A message whose property has a value, as text. */
export function bearing(value: string): string {
  return `{"userId":"hostile","event":"Odd","properties":{"value":${value}}}`;
}

const whole = bearing('{"a":[1,"x",true,null]}');

/** Everything that stops before its end. */
export const TRUNCATED: readonly HostileBody[] = Array.from(whole, (_, end) => [
  whole.slice(0, end),
  whole.slice(0, end),
  UNREADABLE,
]);

const odd = (name: string, value: string): HostileBody => [name, bearing(value), 'stored'];
const broken = (name: string, value: string): HostileBody => [name, bearing(value), UNREADABLE];

export const ODD_VALUES: readonly HostileBody[] = [
  odd('minus zero', '-0'),
  odd('a number beyond all', '1e999'),
  odd('a number below all', '-1e999'),
  odd('a number next to nothing', '1e-999'),
  odd('a number of many digits', '9'.repeat(400)),
  odd('a fraction of many digits', `0.${'1'.repeat(400)}`),
  odd('an exponent with leading zeros', '1E+0000000002'),
  odd('an empty text', '""'),
  odd('NUL, escaped', String.raw`"a\u0000b"`),
  odd('all escapes', String.raw`"\"\\\/\b\f\n\r\t\u00e9"`),
  odd('half a character, escaped', String.raw`"\ud83d"`),
  odd('the other half, escaped', String.raw`"\udc1f"`),
  odd('halves in the wrong order', String.raw`"\udc1f\ud83d"`),
  odd('characters that are none', '"\uffff\ufffe\u{10ffff}"'),
  odd('text that runs backwards', '"\u202eabc"'),
  odd('a delete', '"\u007f"'),
  odd('line separators', '"\u2028\u2029"'),
  odd('the same key twice', '{"a":1,"a":2}'),
  odd('the same key, escaped', String.raw`{"a":1,"\u0061":2}`),
  odd('an empty key', '{"":1}'),
  odd('keys of objects', '{"__proto__":{"polluted":1},"constructor":{"prototype":{"x":1}}}'),
  odd('names of methods', '{"toJSON":1,"toString":2,"valueOf":3,"hasOwnProperty":4,"then":5}'),
  odd('keys of the encoding', '{"__keys__":[1],"__structures__":{}}'),
  odd('a key of a thousand characters', `{"${'k'.repeat(1_000)}":1}`),
  odd(
    'a thousand keys',
    JSON.stringify(Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [i, 1]))),
  ),
  odd('depth that is allowed', `${'['.repeat(25)}${']'.repeat(25)}`),
  odd('white space', ' \t\r\n1 \t\r\n'),
  ['depth that is not', bearing(`${'['.repeat(80)}${']'.repeat(80)}`), 'rejected too-deep'],
  ['a mark of byte order', `\uFEFF${bearing('1')}`, 'stored'],
];

export const BROKEN_TEXTS: readonly HostileBody[] = [
  ['nothing', '', UNREADABLE],
  ['white space alone', ' \r\n\t', UNREADABLE],
  ['two values', `${whole}${whole}`, UNREADABLE],
  ['something behind', `${whole}x`, UNREADABLE],
  ['NUL behind', `${whole}\0`, UNREADABLE],
  ['a bracket too many', `${whole}]`, UNREADABLE],
  ['two marks of byte order', `\uFEFF\uFEFF${whole}`, UNREADABLE],
  ['a form', 'userId=hostile&event=Odd', UNREADABLE],
  ['XML', '<event name="Odd"/>', UNREADABLE],
  ['depth without end', '['.repeat(30_000), UNREADABLE],
  ['objects without end', '{"a":'.repeat(6_000), UNREADABLE],
  broken('a trailing comma', '{"a":1,}'),
  broken('a trailing comma in a list', '[1,]'),
  broken('a comma too many', '[1,,2]'),
  broken('a leading comma', '[,1]'),
  broken('no comma', '[1 2]'),
  broken('no colon', '{"a" 1}'),
  broken('no value', '{"a":}'),
  broken('no key', '{:1}'),
  broken('a key without quotes', '{a:1}'),
  broken('a number as a key', '{1:1}'),
  broken('single quotes', "'x'"),
  broken('a comment', '1/* x */'),
  broken('a comment to the end of the line', '1// x\n'),
  broken('a comment as in a shell', '1# x\n'),
  broken('NaN', 'NaN'),
  broken('Infinity', 'Infinity'),
  broken('minus Infinity', '-Infinity'),
  broken('undefined', 'undefined'),
  broken('a plus', '+1'),
  broken('a leading zero', '01'),
  broken('a minus alone', '-'),
  broken('hexadecimal', '0x1F'),
  broken('no digit before the point', '.5'),
  broken('no digit behind the point', '1.'),
  broken('no exponent', '1e'),
  broken('a sign of an exponent alone', '1e+'),
  broken('digits with a line between', '1_000'),
  broken('digits of another script', '\u0661'),
  broken('True', 'True'),
  broken('tru', 'tru'),
  broken('a break in a text', '"a\nb"'),
  broken('a tab in a text', '"a\tb"'),
  broken('NUL in a text', '"a\0b"'),
  broken('an escape that is none', String.raw`"\x41"`),
  broken('half an escape', String.raw`"\u12"`),
  broken('an escape of no digits', String.raw`"\uZZZZ"`),
  broken('an escape at the end', String.raw`"\"`),
  broken('a space that is none', '\u00a01'),
  broken('brackets crossed', '[{]}'),
];
