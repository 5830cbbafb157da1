import { ShoalErrors } from '../../base/error.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import { parseCampaigns } from '../../campaign/folder.ts';
import type { PrivateNames } from '../../rules/private/names.ts';
import type { Segment } from '../../rules/rule.ts';
import { placed, type SegmentText } from '../segment-files.ts';

const NOBODY = { name: 'Nobody', address: 'nobody@example.com' };

/**
 * The campaigns of a story. Of a letter it tells only when it is due: who writes it and what it
 * says is not asked.
 *
 * @throws ShoalErrors everything that is wrong, each told where people can find it
 */
export function campaignsOf(
  texts: readonly SegmentText[],
  segments: readonly Segment[],
  privateNames: PrivateNames,
): readonly Campaign[] {
  const ids = new Set(segments.map(({ id }) => id));
  const known = { sender: NOBODY, segments: ids, privateNames };
  const shownAs = new Map(texts.map((one) => [`/${one.name}`, one.shownAs]));
  const sources = texts.map(({ name, text }) => {
    return { name, text: text.replace('{', '{ template: none, ') };
  });
  try {
    return parseCampaigns(sources, '', known);
  } catch (error) {
    if (!(error instanceof ShoalErrors)) throw error;
    throw new ShoalErrors(error.errors.map((one) => placed(one, shownAs)));
  }
}
