import { ShoalError, ShoalErrors } from '../base/error.ts';
import { compareUtf8, type SegmentId } from '../base/id.ts';
import { didYouMean } from './fault.ts';
import { parseSegment, type ParsedSegment, type SourceFile } from './parse.ts';
import type { Reference } from './parse-rule.ts';
import { NO_PRIVATE_NAMES, type PrivateNames } from './private/names.ts';
import type { Segment } from './rule.ts';

/**
 * Reads the segments of a folder, which may refer to each other.
 *
 * @param folder as people know it, for the messages: `config/segments`
 * @param privateNames of whose values no rule may ask
 * @returns sorted by id
 * @throws ShoalErrors everything that is wrong in all files, by file
 */
export function parseSegments(
  sources: readonly SourceFile[],
  folder: string,
  privateNames: PrivateNames = NO_PRIVATE_NAMES,
): readonly Segment[] {
  const parsed = sources.map((source) => parseSegment(source, folder, privateNames));
  parsed.sort((a, b) => compareUtf8(a.id, b.id) || compareUtf8(a.file, b.file));
  const loose = [...unknownSegments(parsed), ...cycles(parsed)];
  const errors = parsed.flatMap(({ errors: own, file }) => [
    ...own,
    ...loose.filter((error) => error.where?.startsWith(`${file}: `) ?? false),
  ]);
  if (errors.length > 0) throw new ShoalErrors(errors);
  return parsed.flatMap(({ segment }) => segment ?? []);
}

function unknownSegments(parsed: readonly ParsedSegment[]): ShoalError[] {
  const ids = new Set(parsed.map(({ id }) => id));
  return parsed.flatMap((from) =>
    from.references
      .filter(({ segment }) => !ids.has(segment))
      .map((reference) => {
        const to = reference.segment;
        const message = `segment "${from.id}" refers to segment "${to}", which does not exist`;
        const hint = didYouMean(to, ids);
        return referenceError('segment-unknown', message, from, reference, hint);
      }),
  );
}

/** One error for each reference that closes a circle, found depth first in the order of the ids. */
function cycles(parsed: readonly ParsedSegment[]): ShoalError[] {
  const byId = new Map(parsed.map((segment) => [segment.id, segment]));
  const done = new Set<SegmentId>();
  const errors: ShoalError[] = [];
  for (const root of parsed) {
    if (done.has(root.id)) continue;
    // The segments on the way from the root, and how many references of each have been followed.
    const way = [{ from: root, followed: 0 }];
    for (let step = way.at(-1); step !== undefined; step = way.at(-1)) {
      const { from } = step;
      const reference = from.references[step.followed++];
      if (reference === undefined) {
        done.add(from.id);
        way.pop();
        continue;
      }
      const start = way.findIndex((one) => one.from.id === reference.segment);
      const next = byId.get(reference.segment);
      if (start >= 0) {
        const ids = way.slice(start).map((one) => one.from.id);
        errors.push(cycleError(ids, from, reference));
      } else if (next !== undefined && !done.has(next.id)) way.push({ from: next, followed: 0 });
    }
  }
  return errors;
}

function cycleError(
  ids: readonly SegmentId[],
  from: ParsedSegment,
  reference: Reference,
): ShoalError {
  const names = [...ids, reference.segment].map((id) => `"${id}"`).join(' → ');
  const message =
    ids.length === 1
      ? `segment "${from.id}" refers to itself`
      : `segments refer to each other in a circle: ${names}`;
  const hint = 'take out one of these references';
  return referenceError('segment-cycle', message, from, reference, hint);
}

function referenceError(
  code: string,
  message: string,
  from: ParsedSegment,
  { place }: Reference,
  hint: string | undefined,
): ShoalError {
  const where = `${from.file}: ${place}`;
  return new ShoalError({ code, remedy: 'refuse-input', message, where, hint });
}
