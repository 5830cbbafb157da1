import { compareUtf8, type CampaignId, type CustomerId } from '../../base/id.ts';
import type { EpochMs } from '../../base/time.ts';
import type { Ledger, LetterState } from '../../roles/ports/ledger.ts';
import type { Bus } from '../../roles/ports/log.ts';
import { ask } from './ask.ts';

/** Where a campaign stands, over all partitions. */
export interface Standing {
  readonly campaign: CampaignId;
  readonly waiting: number;
  /** When the next of them is due, ms since the epoch. */
  readonly nextDueAt?: EpochMs | undefined;
  /** How many letters the ledger has, by state. */
  readonly letters?: Readonly<Partial<Record<LetterState, number>>> | undefined;
}

/**
 * The campaigns in force, by id.
 *
 * @throws ShoalError `no-answer` (retry) when a partition has no owner
 */
export async function standings(bus: Bus, partitions: number): Promise<Standing[]> {
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const answers = await Promise.all(
    all.map((partition) => ask(bus, partition, { type: 'enrolments' })),
  );
  const found = new Map<CampaignId, Standing>();
  for (const [campaign, { waiting, nextDueAt }] of answers.flatMap(Object.entries<Waiting>)) {
    const known = found.get(campaign);
    const dueAts = [known?.nextDueAt, nextDueAt].filter((at) => at !== undefined);
    found.set(campaign, {
      campaign,
      waiting: (known?.waiting ?? 0) + waiting,
      nextDueAt: dueAts.length === 0 ? undefined : Math.min(...dueAts),
    });
  }
  return [...found.values()].toSorted((a, b) => compareUtf8(a.campaign, b.campaign));
}

interface Waiting {
  readonly waiting: number;
  readonly nextDueAt?: EpochMs | undefined;
}

/** Adds the letters of the ledger, of campaigns that are no more too; looks at all of them. */
export async function tallies(
  ledger: Pick<Ledger, 'letters'>,
  known: readonly Standing[],
): Promise<Standing[]> {
  const counts = new Map<CampaignId, Partial<Record<LetterState, number>>>();
  for await (const { entry } of ledger.letters()) {
    const ofCampaign = counts.get(entry.campaign) ?? {};
    ofCampaign[entry.state] = (ofCampaign[entry.state] ?? 0) + 1;
    counts.set(entry.campaign, ofCampaign);
  }
  const gone = [...counts.keys()].filter((id) => !known.some(({ campaign }) => campaign === id));
  return [...known, ...gone.map((campaign) => ({ campaign, waiting: 0 }))]
    .map((standing) => ({ ...standing, letters: counts.get(standing.campaign) ?? {} }))
    .toSorted((a, b) => compareUtf8(a.campaign, b.campaign));
}

/** A letter of which nobody knows whether it has arrived. */
export interface UnknownLetter {
  readonly letter: string;
  readonly customer?: CustomerId | undefined;
  readonly campaign: CampaignId;
  readonly at: EpochMs;
  readonly stage?: string | undefined;
}

export async function* unknownLetters(
  ledger: Pick<Ledger, 'letters'>,
): AsyncGenerator<UnknownLetter> {
  for await (const { letter, customer, entry } of ledger.letters()) {
    const { campaign, at, stage, state } = entry;
    if (state === 'unknown') yield { letter, customer, campaign, at, stage };
  }
}
