import { loadTemplates } from '../../adapters/eta/templates.ts';
import type { Definitions } from '../../compile/definitions.ts';
import type { LetterPreviewParts } from '../../roles/gateway/letter-preview.ts';
import type { PrivateValues } from '../../roles/ports/directory.ts';
import type { Settings } from '../settings.ts';

/**
 * What a letter is written of, beside its recipient.
 *
 * @throws ShoalErrors of the templates
 */
export async function letterParts(
  { folders, mail }: Settings,
  { campaigns, segments, zone }: Definitions,
  privateValues: PrivateValues | undefined,
): Promise<Omit<LetterPreviewParts, 'bus' | 'partitions'>> {
  const { publicUrl } = mail;
  return {
    campaigns,
    templates: await loadTemplates(folders.templates),
    privateValues,
    zone,
    segmentNames: new Map(segments.map(({ id, name }) => [id, name])),
    // It leads to the page that says that this is no link of a letter.
    unsubscribeUrl: publicUrl === undefined ? undefined : `${publicUrl}/u/preview`,
  };
}
