/** Enough for V8 to keep account of what is read; ten are. */
const READS = 1_000;

/**
 * To be called after a package was imported that derives a class from `String`, as ioredis does.
 * V8 then takes the methods of text for an object that is still being made, and keeps them in a
 * table in which every call of `charCodeAt` and the like is a search, in the whole thread: some
 * ten times as slow. Reading them through an object, a few times, ends that.
 */
export function quickenText(): void {
  const object: { readonly charCodeAt?: unknown } = Object('');
  for (let i = 0; i < READS; i++) methodOf(object);
}

function methodOf(object: { readonly charCodeAt?: unknown }): unknown {
  return object.charCodeAt;
}
