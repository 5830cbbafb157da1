import { ShoalError, ShoalErrors } from '../base/error.ts';
import { compareUtf8, type SegmentId } from '../base/id.ts';
import { didYouMean, show } from '../rules/fault.ts';
import type { SourceFile } from '../rules/parse.ts';
import type { Campaign } from './campaign.ts';
import { parseCampaign, type House, type ParsedCampaign } from './parse.ts';

/** What campaigns may refer to; undefined where it cannot be told: then every name is taken. */
export interface Known extends House {
  readonly segments?: ReadonlySet<SegmentId> | undefined;
  readonly templates?: ReadonlySet<string> | undefined;
}

/**
 * Reads the campaigns of a folder.
 *
 * @param folder as people know it, for the messages: `config/campaigns`
 * @returns sorted by id
 * @throws ShoalErrors everything that is wrong in all files, by file
 */
export function parseCampaigns(
  sources: readonly SourceFile[],
  folder: string,
  known: Known,
): readonly Campaign[] {
  const parsed = sources.map((source) => parseCampaign(source, folder, known));
  parsed.sort((a, b) => compareUtf8(a.id, b.id));
  const errors = parsed.flatMap((each) => [...each.errors, ...unknownNames(each, known)]);
  if (errors.length > 0) throw new ShoalErrors(errors);
  return parsed.flatMap(({ campaign }) => campaign ?? []);
}

/** What a campaign refers to and nobody knows. */
function unknownNames(
  { id, file, references, template }: ParsedCampaign,
  { segments, templates }: Known,
): ShoalError[] {
  const error = (code: string, what: string, where: string, hint: string | undefined) => {
    const message = `campaign "${id}" refers to ${what}, which does not exist`;
    return new ShoalError({
      code,
      remedy: 'refuse-input',
      message,
      where: `${file}: ${where}`,
      hint,
    });
  };
  const errors: ShoalError[] = [];
  for (const { segment, place } of references) {
    if (segments === undefined || segments.has(segment)) continue;
    const hint = didYouMean(segment, segments);
    errors.push(error('segment-unknown', `segment ${show(segment)}`, place, hint));
  }
  if (template !== undefined && templates?.has(template) === false) {
    const hint = didYouMean(template, templates);
    errors.push(error('template-unknown', `template ${show(template)}`, 'template', hint));
  }
  return errors;
}
