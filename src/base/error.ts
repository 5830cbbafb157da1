/** What the caller should do next: refuse what came in, try again later, or end. */
export type Remedy = 'refuse-input' | 'retry' | 'stop';

export interface ErrorDetail {
  /** Stable, kebab-case; every code stands in `docs/errors.md`. */
  readonly code: string;
  readonly remedy: Remedy;
  /** What is wrong, quoting the name. */
  readonly message: string;
  /** Where it is wrong: `config/segments/vip.yaml: rule.all[1].within`. */
  readonly where?: string | undefined;
  /** What to do about it. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** An error that we foresee. It is told apart by its code, never by its text. */
export class ShoalError extends Error {
  override readonly name = 'ShoalError';
  readonly code: string;
  readonly remedy: Remedy;
  readonly where: string | undefined;
  readonly hint: string | undefined;

  constructor(detail: ErrorDetail) {
    super(detail.message, { cause: detail.cause });
    this.code = detail.code;
    this.remedy = detail.remedy;
    this.where = detail.where;
    this.hint = detail.hint;
  }

  /** The three parts as a person reads them: what, where, hint. */
  override toString(): string {
    const lines = [this.message];
    if (this.where !== undefined) lines.push(`  at ${this.where}`);
    if (this.hint !== undefined) lines.push(`  hint: ${this.hint}`);
    return lines.join('\n');
  }
}

/** Several errors that are shown at once, such as all those of a folder of segments. */
export class ShoalErrors extends Error {
  override readonly name = 'ShoalErrors';
  readonly errors: readonly ShoalError[];

  constructor(errors: readonly ShoalError[]) {
    super(errors.map(String).join('\n'));
    this.errors = errors;
  }

  override toString(): string {
    return this.message;
  }
}
