import type { LoadedTemplates } from '../../adapters/eta/templates.ts';
import { ShoalError } from '../../base/error.ts';
import { own } from '../../base/json.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import { letterData, type LetterExtras, type LetterRecipient } from '../../campaign/letter-data.ts';
import { revealTrigger } from '../../campaign/private-values.ts';
import {
  bareRecipient,
  fullRecipient,
  SAMPLE_CUSTOMER,
  sampleTrigger,
} from '../../campaign/sample.ts';
import type { Definitions } from '../../compile/definitions.ts';
import type { PrivateNames } from '../../rules/private/names.ts';

/** Somebody to try a letter on. */
interface Trial {
  readonly whom: string;
  readonly recipient: LetterRecipient;
  readonly isFull: boolean;
}

/** What letters are tried with. */
interface Press {
  readonly templates: LoadedTemplates;
  readonly privateNames: PrivateNames;
}

/**
 * Writes each campaign's letter to somebody of whom hardly anything is known, and to somebody of
 * whom all is known, once for each offer.
 *
 * @returns what goes wrong: `template-failed`, `link-refused`; each once
 */
export function checkLetters(
  definitions: Definitions,
  templates: LoadedTemplates,
  privateNames: PrivateNames,
): readonly ShoalError[] {
  const rules = definitions.segments.map(({ rule }) => rule);
  const errors = new Map<string, ShoalError>();
  for (const campaign of definitions.campaigns) {
    for (const trial of trialsOf(campaign, rules)) {
      const extras = sampleExtras(definitions, trial.isFull);
      for (const error of problems(campaign, trial, extras, { templates, privateNames })) {
        const key = `${campaign.id} ${String(error.where)} ${String(error.hint)}`;
        if (!errors.has(key)) errors.set(key, error);
      }
    }
  }
  return [...errors.values()];
}

/** What a sample letter is told beside its recipient. */
export function sampleExtras({ segments, zone }: Definitions, isFull: boolean): LetterExtras {
  return {
    zone,
    segmentNames: new Map(segments.map(({ id, name }) => [id, name])),
    ...(isFull && { unsubscribeUrl: 'https://shop.example.com/u/sample' }),
  };
}

function trialsOf(campaign: Campaign, rules: Parameters<typeof fullRecipient>[1]): Trial[] {
  const bare = bareRecipient(campaign);
  const full = fullRecipient(campaign, rules);
  const whom = 'a customer of whom all is known';
  return [
    { whom: 'a customer of whom nothing is known', recipient: bare, isFull: false },
    { whom, recipient: { ...full, segments: [] }, isFull: true },
    ...full.segments.map((segment) => ({
      whom: `${whom}, in segment "${segment}"`,
      recipient: { ...full, segments: [segment] },
      isFull: true,
    })),
  ];
}

function problems(
  campaign: Campaign,
  { whom, recipient, isFull }: Trial,
  extras: LetterExtras,
  { templates, privateNames }: Press,
): ShoalError[] {
  const { attributes } = recipient;
  const sample = sampleTrigger(campaign, attributes, isFull);
  // What is private may be missing, but for the address.
  const known = isFull ? attributes : { email: own(attributes, 'email') ?? null };
  const trigger = revealTrigger(sample, privateNames, known);
  const data = letterData(campaign, SAMPLE_CUSTOMER, recipient, trigger, extras);
  try {
    const { refusedLinks } = templates.render(campaign.template, { ...data });
    return refusedLinks.map((link) => refusedLink(campaign, link));
  } catch (error) {
    if (!(error instanceof ShoalError)) throw error;
    const { code, remedy, where, hint } = error;
    const message = `campaign "${campaign.id}", to ${whom}: ${error.message}`;
    return [new ShoalError({ code, remedy, message, where, hint, cause: error })];
  }
}

function refusedLink({ id, template }: Campaign, link: string): ShoalError {
  return new ShoalError({
    code: 'link-refused',
    remedy: 'refuse-input',
    message: `campaign "${id}": template "${template}" has the link ${JSON.stringify(link)}`,
    where: `templates/${template}`,
    hint: 'a link of a letter begins with https://, http:// or mailto:',
  });
}
