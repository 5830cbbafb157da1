import { isIPv6 } from 'node:net';
import type { HttpRequest } from '../../ports/http.ts';

/**
 * The address a request comes from, as limits count it: an IPv4 address, or the first half of an
 * IPv6 one, since whoever has one has all of its network.
 *
 * @param trustedHops how many proxies of ours stand before us: each adds its own peer's address to
 *   the end of `X-Forwarded-For`, so what stands farther to the left may be made up
 */
export function addressOf(
  { address, headers }: Pick<HttpRequest, 'address' | 'headers'>,
  trustedHops: number,
): string {
  if (trustedHops === 0 && !address.includes(':')) return address;
  const forwarded = (headers.get('x-forwarded-for') ?? '').split(',').filter((each) => each !== '');
  const chain = trustedHops === 0 ? [address] : [...forwarded, address];
  const client = chain[Math.max(0, chain.length - 1 - trustedHops)] ?? address;
  return networkOf(withoutPort(client.trim()));
}

/** `10.0.0.1:4711` and `[2001:db8::1]:4711`, as some proxies write them. */
function withoutPort(text: string): string {
  const found = /^\[([^\]]*)\](?::\d+)?$|^([^:]+):\d+$/.exec(text);
  return found?.[1] ?? found?.[2] ?? text;
}

function networkOf(address: string): string {
  if (!address.includes(':') || !isIPv6(address)) return address;
  const groups = groupsOf(address);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (!isMapped)
    return groups
      .slice(0, 4)
      .map((group) => group.toString(16))
      .join(':');
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.');
}

/** The eight numbers of an IPv6 address, however it is written (RFC 4291, 2.2). */
function groupsOf(address: string): readonly number[] {
  const [bare = ''] = address.split('%');
  // The URL standard writes all in one way: in hexadecimal, shortened.
  const [left = '', right = ''] = new URL(`http://[${bare}]/`).hostname.slice(1, -1).split('::');
  const [head, tail] = [left, right].map((text) =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)),
  );
  const ends = [...(head ?? []), ...(tail ?? [])];
  return [...(head ?? []), ...Array<number>(8 - ends.length).fill(0), ...(tail ?? [])];
}
