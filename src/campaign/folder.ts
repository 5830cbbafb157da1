import { ShoalError, ShoalErrors } from '../base/error.ts';
import { compareUtf8, type SegmentId } from '../base/id.ts';
import { didYouMean, show } from '../rules/fault.ts';
import type { SourceFile } from '../rules/parse.ts';
import type { Campaign } from './campaign.ts';
import { parseCampaign } from './parse.ts';

/** What campaigns may refer to; undefined where it cannot be told: then every name is taken. */
export interface Known {
  readonly segments?: ReadonlySet<SegmentId> | undefined;
  readonly templates?: ReadonlySet<string> | undefined;
  /** Who writes when a campaign does not say. */
  readonly sender?: Campaign['from'] | undefined;
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
  const parsed = sources.map((source) => parseCampaign(source, folder, known.sender));
  parsed.sort((a, b) => compareUtf8(a.id, b.id));
  const errors = parsed.flatMap(({ campaign, file, errors: own }) =>
    campaign === undefined ? own : [...own, ...unknownNames(campaign, file, known)],
  );
  if (errors.length > 0) throw new ShoalErrors(errors);
  return parsed.flatMap(({ campaign }) => campaign ?? []);
}

/** What a campaign refers to and nobody knows. */
function unknownNames(campaign: Campaign, file: string, known: Known): ShoalError[] {
  const { when, template } = campaign;
  const { segments, templates } = known;
  const errors: ShoalError[] = [];
  const refuse = (code: string, what: string, names: ReadonlySet<string>, name: string): void => {
    const message = `campaign "${campaign.id}" refers to ${what}, which does not exist`;
    const where = `${file}: ${code === 'template-unknown' ? 'template' : `when.${when.kind}`}`;
    const hint = didYouMean(name, names);
    errors.push(new ShoalError({ code, remedy: 'refuse-input', message, where, hint }));
  };
  if ('segment' in when && segments?.has(when.segment) === false) {
    refuse('segment-unknown', `segment ${show(when.segment)}`, segments, when.segment);
  }
  if (templates?.has(template) === false) {
    refuse('template-unknown', `template ${show(template)}`, templates, template);
  }
  return errors;
}
