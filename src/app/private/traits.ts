import { privateMarks } from '../../adapters/node-crypto/private-marks.ts';
import { ShoalError } from '../../base/error.ts';
import type { MarkPrivate } from '../../base/private-mark.ts';
import { HiddenTraits } from '../../roles/gateway/ingest/hidden-traits.ts';
import type { PrivateTraits } from '../../roles/gateway/ingest/private-traits.ts';
import type { Directory } from '../../roles/ports/directory.ts';
import type { Settings } from '../settings.ts';
import { systemClock } from '../system-clock.ts';

/**
 * What makes the marks of private values.
 *
 * @returns undefined where no attribute is private
 * @throws ShoalError `private-secret-missing` (stop)
 */
export function marksOf({ privateAttributes, privacy }: Settings): MarkPrivate | undefined {
  if (privateAttributes.size === 0) return undefined;
  if (privacy.secret !== undefined) return privateMarks(privacy.secret);
  throw new ShoalError({
    code: 'private-secret-missing',
    remedy: 'stop',
    message: 'there are private attributes, and no secret that their hashes are keyed with',
    where: 'privacy.secret',
    hint: 'set it to 16 characters by chance or more, in SHOAL_PRIVACY_SECRET_FILE for example',
  });
}

/** What keeps private attributes out of the log; undefined where none is private. */
export function privateTraitsOf(
  { privateAttributes: names }: Settings,
  mark: MarkPrivate | undefined,
  directory: Pick<Directory, 'put'> | undefined,
): PrivateTraits | undefined {
  if (mark === undefined || directory === undefined) return undefined;
  return new HiddenTraits({ names, directory, mark, clock: systemClock });
}
