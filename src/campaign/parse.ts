import type { ShoalError } from '../base/error.ts';
import { ID_PATTERN, type CampaignId } from '../base/id.ts';
import { own, type JsonObject } from '../base/json.ts';
import { HOUR_MS } from '../base/time.ts';
import { Faults, readMapping, readText, show } from '../rules/fault.ts';
import { parseRule, type Reference } from '../rules/parse-rule.ts';
import { readDuration } from '../rules/parse-window.ts';
import { NO_PRIVATE_NAMES, type PrivateNames } from '../rules/private/names.ts';
import type { SourceFile } from '../rules/parse.ts';
import type { Rule } from '../rules/rule.ts';
import { readYaml } from '../rules/yaml-text.ts';
import type { Campaign, Happening, Occasion, QuietHours } from './campaign.ts';
import { readFrom, readOffers, readTemplate } from './reading/letter.ts';
import { readOccasion, readUntil, type References } from './reading/occasion.ts';
import { readReentry, readWait } from './reading/wait.ts';
import { CAMPAIGN_KEYS } from './schema.ts';

/** What was read of one campaign's file. */
export interface ParsedCampaign {
  /** The file's name without its ending, even when it is no id. */
  readonly id: CampaignId;
  /** The file as people know it, such as `config/campaigns/course-welcome.yaml`. */
  readonly file: string;
  /** Undefined when there are errors. */
  readonly campaign: Campaign | undefined;
  readonly errors: readonly ShoalError[];
  /** The segments that it names; whether they exist only the folder knows. */
  readonly references: readonly Reference[];
  /** As it was written, also when something else is wrong. */
  readonly template: string | undefined;
}

/** What the settings say for campaigns that say nothing. */
export interface House {
  /** Who writes. */
  readonly sender?: Campaign['from'] | undefined;
  readonly quietHours?: QuietHours | undefined;
  /** Attributes of whose values nothing may be asked. */
  readonly privateNames?: PrivateNames | undefined;
}

const ENDING = '.yaml';

/**
 * Reads the file of one campaign. Never throws: whatever is wrong is among the errors, all of it at
 * once. Whether its segments and its template exist only the folder knows.
 *
 * @param folder as people know it, for the messages: `config/campaigns`
 */
export function parseCampaign(
  source: SourceFile,
  folder: string,
  house: House = {},
): ParsedCampaign {
  const file = `${folder}/${source.name}`;
  const faults = new Faults(file, 'campaign-invalid');
  const references: References = [];
  const id = readId(source.name, faults);
  const value = readYaml(source.text, faults);
  const fields =
    value === undefined && faults.errors.length > 0
      ? undefined
      : readMapping(value, CAMPAIGN_KEYS, 'a campaign', '', faults);
  const { errors } = faults;
  if (fields === undefined) {
    return { id, file, campaign: undefined, errors, references, template: undefined };
  }
  const template = readTemplate(own(fields, 'template'), faults);
  const read = readCampaign({ id, fields, house, faults, references });
  const campaign =
    errors.length > 0 || read === undefined || template === undefined
      ? undefined
      : { ...read, template };
  return { id, file, campaign, errors, references, template };
}

function readId(name: string, faults: Faults): CampaignId {
  if (!name.endsWith(ENDING)) {
    const message = `the file ${show(name)} does not end in "${ENDING}"`;
    faults.add('', message, 'a campaign is one file, <id>.yaml');
    return name.replace(/\.[^.]*$/, '');
  }
  const id = name.slice(0, -ENDING.length);
  if (!ID_PATTERN.test(id)) {
    const hint = 'an id has a-z, 0-9 and hyphens, begins with no hyphen and is at most 64 long';
    faults.add('', `${show(id)} is no id of a campaign`, hint);
  }
  return id;
}

interface CampaignReading {
  readonly id: CampaignId;
  readonly fields: JsonObject;
  readonly house: House;
  readonly faults: Faults;
  readonly references: References;
}

/** @returns undefined when a fault was added */
function readCampaign(reading: CampaignReading): Omit<Campaign, 'template'> | undefined {
  const { id, fields, house, faults, references } = reading;
  const { privateNames = NO_PRIVATE_NAMES } = house;
  const happenings = { faults, references, privateNames };
  const value = (key: (typeof CAMPAIGN_KEYS)[number]) => own(fields, key);
  const name =
    value('name') === undefined ? id : readText(value('name'), 'the name', 'name', faults);
  const kind = readWord(value('kind'), 'kind', ['marketing', 'transactional'], faults);
  const when = readOccasion(value('when'), happenings);
  const wait = readWait(value('wait'), faults);
  const written = value('until');
  const until = written === undefined ? undefined : readUntil(written, happenings);
  const condition = readCondition(value('if'), when, reading);
  const reentry = readReentry(value('reentry'), faults);
  const age = value('maxAge');
  const ageMaxMs = age === undefined ? HOUR_MS : readDuration(age, 'maxAge', faults);
  const holdoutPercent = readHoldout(value('holdout'), faults);
  const quiet = readWord(value('quietHours'), 'quietHours', ['obey', 'ignore'], faults);
  const sender = value('from') === undefined ? house.sender : undefined;
  const from = sender ?? readFrom(value('from'), faults);
  const offers = readOffers(value('offers'), faults, references);
  if (name === undefined || when === undefined || wait === undefined) return undefined;
  if (reentry === undefined || ageMaxMs === undefined || holdoutPercent === undefined) {
    return undefined;
  }
  if (from === undefined || offers === undefined) return undefined;
  const obeys = (quiet ?? (kind === 'transactional' ? 'ignore' : 'obey')) === 'obey';
  return {
    id,
    name,
    kind: kind ?? 'marketing',
    when,
    wait,
    until: until ?? contraryOf(when),
    ...(condition !== undefined && { condition }),
    reentry,
    ageMaxMs,
    holdoutPercent,
    ...(obeys && house.quietHours !== undefined && { quietHours: house.quietHours }),
    from,
    offers,
  };
}

/** What ends a wait when nothing was said: that what set it off is undone. */
function contraryOf(when: Occasion): readonly Happening[] {
  switch (when.kind) {
    case 'entered':
      return [{ kind: 'exited', segment: when.segment }];
    case 'exited':
      return [{ kind: 'entered', segment: when.segment }];
    default:
      return [];
  }
}

/** Reads `if`; without it: that the customer still is where the occasion put them. */
function readCondition(
  value: unknown,
  when: Occasion | undefined,
  { house, faults, references }: CampaignReading,
): Rule | undefined {
  if (value === 'always') return undefined;
  if (value !== undefined) {
    const read = parseRule(value, 'if', faults, house.privateNames);
    references.push(...read.references);
    return read.rule;
  }
  if (when === undefined || !('segment' in when)) return undefined;
  const member: Rule = { kind: 'segment', segment: when.segment };
  return when.kind === 'exited' ? { kind: 'not', rule: member } : member;
}

function readHoldout(value: unknown, faults: Faults): number | undefined {
  if (value === undefined) return 0;
  if (typeof value === 'number' && value >= 0 && value <= 100) return value;
  const hint = 'it is the percentage of people who get nothing, such as 10';
  return faults.add(
    'holdout',
    `"holdout" must be a number from 0 to 100, not ${show(value)}`,
    hint,
  );
}

/** @returns undefined also when nothing was written */
function readWord<Word extends string>(
  value: unknown,
  key: string,
  words: readonly Word[],
  faults: Faults,
): Word | undefined {
  const word = words.find((each) => each === value);
  if (word !== undefined || value === undefined) return word;
  return faults.add(key, `"${key}" must be ${words.join(' or ')}, not ${show(value)}`);
}
