/** Something that is waited for, and told once. */
export interface SignalOnce {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

export function signalOnce(): SignalOnce {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}
