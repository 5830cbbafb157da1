/** A line of a story, or several that a mapping spans. */
export interface StoryLine {
  /** The number of the first one, from 1. */
  readonly line: number;
  /** Trimmed, the several joined. */
  readonly text: string;
}

/** A line in its parts: `ann Order Completed { total: 5 } context { ip: "::1" } // enters vip`. */
export interface LineParts {
  /** What stands before the first mapping. */
  readonly head: string;
  readonly properties?: string | undefined;
  readonly context?: string | undefined;
  readonly comment?: string | undefined;
  /** What stands where nothing should. */
  readonly surplus?: string | undefined;
}

/** The lines that say something: neither empty nor notes, which begin with `#` or `//`. */
export function linesOf(text: string): StoryLine[] {
  const lines: StoryLine[] = [];
  let open: StoryLine | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const trimmed = raw.trim();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith('//')) continue;
    const line: StoryLine =
      open === undefined
        ? { line: index + 1, text: trimmed }
        : { line: open.line, text: `${open.text} ${trimmed}` };
    open = isOpen(line.text) ? line : undefined;
    if (open === undefined) lines.push(line);
  }
  return open === undefined ? lines : [...lines, open];
}

export function partsOf(text: string): LineParts {
  // An event's name has neither braces nor the two strokes of a comment.
  const head = /^.*?(?=\s\/\/|\{|$)/.exec(text)?.[0] ?? '';
  const mappings: { properties?: string; context?: string } = {};
  let rest = text.slice(head.length).trimStart();
  let key: keyof typeof mappings = CONTEXT_AT_END.test(head) ? 'context' : 'properties';
  const name = rest.startsWith('{') ? head.replace(CONTEXT_AT_END, '') : head;
  while (rest.startsWith('{') && mappings[key] === undefined) {
    const end = endOfMapping(rest);
    mappings[key] = rest.slice(0, end);
    rest = rest.slice(end).trimStart();
    const word = /^context\s*(?=\{)/.exec(rest)?.[0] ?? '';
    key = word === '' ? 'properties' : 'context';
    rest = rest.slice(word.length);
  }
  const isComment = rest.startsWith('//');
  return {
    head: name.trim(),
    ...mappings,
    comment: isComment ? rest.slice(2).trim() : undefined,
    surplus: isComment || rest === '' ? undefined : rest,
  };
}

const CONTEXT_AT_END = /\scontext\s*$/;

/** Whether a mapping begins in a text and does not end in it. */
function isOpen(text: string): boolean {
  const from = text.indexOf('{');
  return from >= 0 && depthsOf(text.slice(from)).at(-1) !== 0;
}

/** Where the mapping ends that a text begins with. */
function endOfMapping(text: string): number {
  const end = depthsOf(text).indexOf(0);
  return end < 0 ? text.length : end + 1;
}

/** How many braces and brackets are open after each character; those in quotes are text. */
function depthsOf(text: string): number[] {
  let depth = 0;
  let quote = '';
  let before = '';
  return text.split('').map((sign) => {
    if (quote !== '') {
      if (sign === quote && before !== '\\') quote = '';
    } else if ((sign === '"' || sign === "'") && '{[,:'.includes(before)) quote = sign;
    else if (sign === '{' || sign === '[') depth++;
    else if (sign === '}' || sign === ']') depth--;
    if (sign !== ' ' || quote !== '') before = sign;
    return depth;
  });
}
