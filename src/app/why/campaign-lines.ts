import type { Decision } from '../../campaign/decide.ts';
import type { CampaignExplanation } from '../../engine/explain/explanation.ts';
import type { LetterEntry } from '../../roles/ports/ledger.ts';
import type { TimeWords } from './times.ts';
import { outlookWords, treeLines } from './tree-lines.ts';

/** What a campaign has done for a customer, and would do now. */
export interface CampaignAnswer {
  readonly kind: 'campaign';
  readonly explanation: CampaignExplanation;
  /** What would be decided if a letter was due now. */
  readonly decision: Decision;
  /** Of all campaigns, latest first: they count for the caps. */
  readonly letters: readonly (LetterEntry & { readonly letter: string })[];
}

const LETTERS_SHOWN_MAX = 20;

/** One screen for people. */
export function campaignLines(answer: CampaignAnswer, time: TimeWords): string[] {
  const { explanation, decision } = answer;
  const { customer, campaign, definition, at, occasion, rule, outlook } = explanation;
  const lines = [
    `${customer} and the campaign ${campaign} ("${definition.name}")`,
    `  writes  ${occasion}`,
    `  wait    ${waitWords(explanation, time)}`,
    ...servedLines(explanation, time),
    `  as of   ${time(at)}`,
    '',
    `if a letter was due now: ${verdict(decision)}`,
    ...gateLines(decision),
  ];
  if (rule !== undefined) {
    const turns = outlook === undefined ? '' : `, changes ${outlookWords(outlook, time)}`;
    lines.push('', `its condition${turns}`, ...treeLines(rule, time));
  }
  return [...lines, '', ...letterLines(answer, time)];
}

function waitWords({ known, wait, isInLine }: CampaignExplanation, time: TimeWords): string {
  if (!known) return 'nobody has heard of this customer';
  if (isInLine) return 'the mailing has begun, their turn is to come';
  if (wait === undefined) return 'none: no letter waits';
  return `since ${time(wait.triggeredAt)}, due ${time(wait.dueAt)}`;
}

function servedLines({ served }: CampaignExplanation, time: TimeWords): string[] {
  if (served === undefined) return [];
  const when = served.triggeredAt === undefined ? 'some time ago' : time(served.triggeredAt);
  return [`  last    set off ${when}; re-entry counts from there`];
}

function verdict(decision: Decision): string {
  return decision.kind === 'send' ? '✓ it would be sent' : `✗ skipped, ${decision.reason}`;
}

function gateLines({ trace }: Decision): string[] {
  const width = Math.max(...trace.map(({ gate }) => gate.length));
  return trace.map(({ gate, passes, words }) => {
    return `  ${passes ? '✓' : '✗'} ${gate.padEnd(width)}  ${words}`;
  });
}

function letterLines({ letters, explanation }: CampaignAnswer, time: TimeWords): string[] {
  if (letters.length === 0) return ['no letters in the ledger'];
  const shown = letters.slice(0, LETTERS_SHOWN_MAX).map((entry) => {
    const { campaign, state, at, stage, reason } = entry;
    const mark = campaign === explanation.campaign ? '•' : ' ';
    const parts = [
      state.padEnd(7),
      ...(stage === undefined ? [] : [`at ${stage}`]),
      ...(reason === undefined ? [] : [`because ${reason}`]),
    ];
    return `  ${mark} ${time(at)}  ${campaign}  ${parts.join(', ')}`;
  });
  const more = letters.length - shown.length;
  const rest = more > 0 ? [`    and ${more} earlier ones`] : [];
  return ['letters in the ledger, of all campaigns, latest first', ...shown, ...rest];
}
