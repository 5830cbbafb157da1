/** `warn`: it works, and may not go on so; `bad`: something does not work, or data are at risk. */
export type State = 'ok' | 'warn' | 'bad';

/** What a look at one thing has shown. */
export interface Finding {
  readonly check: string;
  readonly state: State;
  readonly found: string;
  /** What to do; undefined when it is well. */
  readonly advice?: string | undefined;
}

export function ok(check: string, found: string): Finding {
  return { check, state: 'ok', found };
}

export function warn(check: string, found: string, advice: string): Finding {
  return { check, state: 'warn', found, advice };
}

export function bad(check: string, found: string, advice: string): Finding {
  return { check, state: 'bad', found, advice };
}

/** A table, and under each line that is not well what to do. */
export function tableOf(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, state, found, advice }) => [
    `${state.padEnd(4)}  ${check.padEnd(width)}  ${found}`,
    ...(advice === undefined ? [] : [`${' '.repeat(width + 8)}→ ${advice}`]),
  ]);
  return lines.join('\n');
}

/** `1.5 GB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes, 0];
  for (; value >= 1_000 && unit < units.length - 1; unit++) value /= 1_000;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
