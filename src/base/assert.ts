/**
 * Ends the process when something that the program itself guarantees does not hold.
 * What a user, a network or a disk can cause is a `ShoalError`, never an assertion.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailed(message);
}

/** A bug in Shoal. Nobody catches it: the process ends and the log is replayed. */
export class AssertionFailed extends Error {
  override readonly name = 'AssertionFailed';
}

/** Says that every case of a union has been dealt with: a new case becomes a type error here. */
export function unreachable(value: never): never {
  throw new AssertionFailed(`unreachable: ${JSON.stringify(value)}`);
}
