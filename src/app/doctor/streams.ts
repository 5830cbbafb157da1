import type { NatsSurvey, StreamFacts } from '../../adapters/nats/survey.ts';
import { DAY_MS } from '../../base/time.ts';
import { streamsOf } from '../../roles/owner/streams.ts';
import type { StreamSettings } from '../../roles/ports/log.ts';
import { TRIGGERS } from '../../roles/ports/triggers-stream.ts';
import { eventsStream } from '../../wire/subject.ts';
import { bad, ok, warn, type Finding } from './finding.ts';
import { isAtLeast } from './versions.ts';

const CHECK = 'streams';
/** Before this the fence of transitions leaks when a stream has replicas. */
const NATS_REPLICATING = '2.11.0';

/** Whether all streams are there and set as Shoal makes them. */
export async function checkStreams(survey: NatsSurvey, partitions: number): Promise<Finding[]> {
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const wanted = [...streamsOf(all), TRIGGERS];
  const facts = await Promise.all(wanted.map(({ name }) => survey.stream(name)));
  const missing = wanted.filter((_, i) => facts[i] === undefined).map(({ name }) => name);
  const wrong = wanted.flatMap((settings, i) => {
    const found = facts[i];
    return found === undefined ? [] : differences(settings, found, survey.version() ?? '0');
  });
  const findings = [
    ...missingFindings(missing, wanted.length),
    ...wrong.map((what) => bad(CHECK, what, 'set it back with nats stream edit')),
    ...(await checkPartitions(survey, partitions)),
  ];
  if (findings.length > 0) return findings;
  const bytes = facts.reduce((sum, one) => sum + (one?.bytes ?? 0), 0);
  return [ok(CHECK, `${wanted.length}, as expected, ${Math.ceil(bytes / 1e6)} MB`)];
}

function missingFindings(missing: readonly string[], all: number): Finding[] {
  if (missing.length === 0) return [];
  if (missing.length === all)
    return [bad(CHECK, 'none is there', 'start Shoal once, with the roles owner and relay')];
  const found = `missing: ${missing.slice(0, 4).join(', ')}${missing.length > 4 ? ', …' : ''}`;
  return [bad(CHECK, found, 'start the roles owner and relay; is `partitions` as it was?')];
}

/** More partitions in the log than in the settings: customers would be looked for elsewhere. */
async function checkPartitions(survey: NatsSurvey, partitions: number): Promise<Finding[]> {
  if ((await survey.stream(eventsStream(partitions))) === undefined) return [];
  const found = `there are more partitions than the ${partitions} of the settings`;
  return [bad(CHECK, found, 'set `partitions` as it was when the cluster was created')];
}

function differences(wanted: StreamSettings, found: StreamFacts, version: string): string[] {
  const expected: readonly (readonly [string, string | number, string | number])[] = [
    ['storage', 'file', found.storage],
    ['retention', 'limits', found.retention],
    ['subjects', wanted.subjects.join(' '), found.subjects.join(' ')],
    ['discard', wanted.whenFull === 'drop-oldest' ? 'old' : 'new', found.discard],
    ['max_age in days', (wanted.ageMsMax ?? 0) / DAY_MS, found.ageMsMax / DAY_MS],
    ['max_msgs', -1, found.messagesMax],
  ];
  const wrong = expected
    .filter(([, want, have]) => want !== have)
    .map(([name, want, have]) => `${wanted.name}: ${name} is ${have}, not ${want}`);
  if (found.replicas > 1 && !isAtLeast(version, NATS_REPLICATING))
    wrong.push(`${wanted.name}: replicas need NATS ${NATS_REPLICATING}`);
  return wrong;
}

/** How full a stream may be before somebody should look. */
const FILL_MAX = 0.9;

/** What NATS itself allows, where it sets a limit. */
export async function checkStorage(survey: NatsSurvey): Promise<Finding[]> {
  const storage = await survey.storage();
  if (storage === undefined)
    return [bad('jetstream', 'is not there', 'start NATS with config/nats.conf')];
  const { bytes, bytesMax } = storage;
  if (bytesMax < 0) return [ok('jetstream', `holds ${Math.ceil(bytes / 1e6)} MB, no limit`)];
  const found = `holds ${Math.ceil(bytes / 1e6)} of ${Math.floor(bytesMax / 1e6)} MB`;
  if (bytes < bytesMax * FILL_MAX) return [ok('jetstream', found)];
  return [warn('jetstream', found, 'raise the limit of the account, or keep less history')];
}
