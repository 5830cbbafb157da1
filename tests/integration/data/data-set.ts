import { parse } from 'yaml';
import { parseSegments } from '../../../src/rules/folder.ts';
import type { Segment } from '../../../src/rules/rule.ts';

/** A file of real events, and rules of this test's own for it. */
export interface DataSet {
  /** The file is `<name>.ndjson.gz`. */
  readonly name: string;
  /** IANA name of the configured time zone. */
  readonly zone: string;
  /** Lengths of windows: where those end for real events, engine and model are compared. */
  readonly windows: readonly string[];
  /** Id → rule, in YAML. */
  readonly segments: string;
}

export function segmentsOf({ name, segments }: DataSet): readonly Segment[] {
  // A mapping of what `parseSegments` checks itself.
  const rules = parse(segments, { schema: 'core' }) as Record<string, unknown>;
  const sources = Object.entries(rules).map(([id, rule]) => ({
    name: `${id}.yaml`,
    text: JSON.stringify({ rule }),
  }));
  return parseSegments(sources, name);
}
