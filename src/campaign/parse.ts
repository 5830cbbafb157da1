import type { ShoalError } from '../base/error.ts';
import { ID_PATTERN, type CampaignId, type SegmentId } from '../base/id.ts';
import { own, type JsonObject } from '../base/json.ts';
import { HOUR_MS, parseDuration, type DurationMs } from '../base/time.ts';
import { Faults, keysAmong, readMapping, readText, show } from '../rules/fault.ts';
import type { SourceFile } from '../rules/parse.ts';
import { readYaml } from '../rules/yaml-text.ts';
import type { Campaign, Occasion } from './campaign.ts';
import { isAddress } from './decide.ts';

/** What was read of one campaign's file. */
export interface ParsedCampaign {
  /** The file's name without its ending, even when it is no id. */
  readonly id: CampaignId;
  /** The file as people know it, such as `config/campaigns/course-welcome.yaml`. */
  readonly file: string;
  /** Undefined when there are errors. */
  readonly campaign: Campaign | undefined;
  readonly errors: readonly ShoalError[];
}

const ENDING = '.yaml';
const CAMPAIGN_KEYS = ['name', 'when', 'wait', 'template', 'from'] as const;
/** What a campaign is when its file does not say. */
const UNSAID = {
  kind: 'marketing',
  until: [],
  reentry: { kind: 'always' },
  ageMaxMs: HOUR_MS,
  holdoutPercent: 0,
  offers: [],
} as const satisfies Partial<Campaign>;
const FROM_KEYS = ['name', 'address'] as const;

/** The key that tells the kind of an occasion, and all keys that such an occasion may have. */
const OCCASION_KEYS = {
  attribute: ['attribute', 'changed'],
  entered: ['entered'],
  exited: ['exited'],
} as const;
const OCCASION_KINDS = ['attribute', 'entered', 'exited'] as const;
const OCCASION_HINT =
  'write { attribute: <name>, changed: true }, { entered: <segment> } or { exited: <segment> }';

/**
 * Reads the file of one campaign. Never throws: whatever is wrong is among the errors, all of it at
 * once. Whether its segment and its template exist only the folder knows.
 *
 * @param folder as people know it, for the messages: `config/campaigns`
 * @param sender who writes when the file does not say
 */
export function parseCampaign(
  source: SourceFile,
  folder: string,
  sender?: Campaign['from'],
): ParsedCampaign {
  const file = `${folder}/${source.name}`;
  const faults = new Faults(file, 'campaign-invalid');
  const id = readId(source.name, faults);
  const value = readYaml(source.text, faults);
  const fields =
    value === undefined && faults.errors.length > 0
      ? undefined
      : readMapping(value, CAMPAIGN_KEYS, 'a campaign', '', faults);
  const campaign = fields === undefined ? undefined : readCampaign(id, fields, sender, faults);
  const { errors } = faults;
  return { id, file, campaign: errors.length > 0 ? undefined : campaign, errors };
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

function readCampaign(
  id: CampaignId,
  fields: JsonObject,
  sender: Campaign['from'] | undefined,
  faults: Faults,
): Campaign | undefined {
  const given = own(fields, 'name');
  const name = given === undefined ? id : readText(given, 'the name', 'name', faults);
  const when = readOccasion(own(fields, 'when'), faults);
  const waitMs = readWait(own(fields, 'wait'), faults);
  const template = readTemplate(own(fields, 'template'), faults);
  const written = own(fields, 'from');
  const from = written === undefined && sender !== undefined ? sender : readFrom(written, faults);
  if (name === undefined || when === undefined || waitMs === undefined) return undefined;
  if (template === undefined || from === undefined) return undefined;
  const wait = { kind: 'for', ms: waitMs } as const;
  return { ...UNSAID, id, name, when, wait, template, from };
}

function readOccasion(value: unknown, faults: Faults): Occasion | undefined {
  if (value === undefined) return faults.add('when', 'a campaign has no "when"', OCCASION_HINT);
  const allKeys = Object.values(OCCASION_KEYS).flat();
  const fields = readMapping(value, allKeys, 'an occasion', 'when', faults);
  if (fields === undefined) return undefined;
  const [kind] = keysAmong(fields, OCCASION_KINDS);
  if (kind === undefined) return faults.add('when', 'an occasion of no kind', OCCASION_HINT);
  const known: readonly string[] = OCCASION_KEYS[kind];
  const strangers = keysAmong(fields, allKeys).filter((key) => !known.includes(key));
  if (strangers.length > 0) {
    const names = strangers.map((key) => `"${key}"`).join(', ');
    return faults.add('when', `"${kind}" and ${names} are two occasions in one`, OCCASION_HINT);
  }
  return kind === 'attribute' ? readChange(fields, faults) : readTransition(kind, fields, faults);
}

function readChange(fields: JsonObject, faults: Faults): Occasion | undefined {
  const place = 'when.attribute';
  const attribute = readText(own(fields, 'attribute'), "an attribute's name", place, faults);
  const changed = own(fields, 'changed');
  if (changed !== true) {
    const message = `"changed" must be true, not ${show(changed)}`;
    return faults.add('when.changed', message, 'write { attribute: <name>, changed: true }');
  }
  return attribute === undefined ? undefined : { kind: 'changed', attribute };
}

function readTransition(
  kind: 'entered' | 'exited',
  fields: JsonObject,
  faults: Faults,
): Occasion | undefined {
  const segment: SegmentId | undefined = readText(
    own(fields, kind),
    "a segment's id",
    `when.${kind}`,
    faults,
  );
  return segment === undefined ? undefined : { kind, segment };
}

function readWait(value: unknown, faults: Faults): DurationMs | undefined {
  if (value === undefined || value === 0) return 0;
  const waitMs = typeof value === 'string' ? parseDuration(value) : undefined;
  if (waitMs !== undefined) return waitMs;
  const hint = 'a whole number and one of s, m, h, d, w, such as 10m; or leave it out';
  return faults.add('wait', `${show(value)} is no wait`, hint);
}

function readTemplate(value: unknown, faults: Faults): string | undefined {
  const template = readText(value, 'the template', 'template', faults);
  if (template === undefined || ID_PATTERN.test(template)) return template;
  const message = `${show(template)} is no name of a template`;
  return faults.add('template', message, 'it is the name of a folder of templates/');
}

function readFrom(value: unknown, faults: Faults): Campaign['from'] | undefined {
  const fields = readMapping(value, FROM_KEYS, 'a sender', 'from', faults);
  if (fields === undefined) return undefined;
  const name = readText(own(fields, 'name'), "the sender's name", 'from.name', faults);
  const address = readText(own(fields, 'address'), "the sender's address", 'from.address', faults);
  if (address !== undefined && !isAddress(address)) {
    const hint = 'write the address alone, such as school@example.com';
    return faults.add('from.address', `${show(address)} is no mail address`, hint);
  }
  return name === undefined || address === undefined ? undefined : { name, address };
}
