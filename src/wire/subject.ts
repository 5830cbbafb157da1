/*
 * The names of streams and subjects, in one place (durability: "Streams"). Nothing here holds a
 * customer's string; what a user named is percent-encoded, since a space in a subject would become
 * a reply address.
 */

export const REJECTED_STREAM = 'shoal-rejected';

export function eventsStream(partition: number): string {
  return `shoal-events-${partition}`;
}

/** The partition whose log a stream is; undefined for any other stream. */
export function partitionOfEvents(stream: string): number | undefined {
  const match = /^shoal-events-(\d+)$/.exec(stream);
  return match === null ? undefined : Number(match[1]);
}

export function eventsSubject(partition: number): string {
  return `shoal.events.${partition}`;
}

/** Where messages of a partition's log stand anew, without those who are to be forgotten. */
export function amendedStream(partition: number): string {
  return `shoal-amended-${partition}`;
}

/** @param sequence of the message in the partition's log */
export function amendedSubject(partition: number, sequence: number): string {
  return `shoal.amended.${partition}.${sequence}`;
}

/** All that is amended in a partition's log. */
export function amendedSubjects(partition: number): string {
  return `shoal.amended.${partition}.*`;
}

export function transitionsStream(partition: number): string {
  return `shoal-transitions-${partition}`;
}

export function transitionsSubject(partition: number): string {
  return `shoal.transitions.${partition}`;
}

export function rejectedSubject(reason: string): string {
  return `shoal.rejected.${encodeURIComponent(reason)}`;
}

/** All rejections. */
export function rejectedSubjects(): string {
  return 'shoal.rejected.*';
}

/** One message for each transition, for whoever wants them. */
export const TRIGGERS_STREAM = 'shoal-triggers';

/** All triggers, and what is quiet. */
export function triggerSubjects(): readonly string[] {
  return ['shoal.triggers.>', 'shoal.quiet.>'];
}

/** @param names tokens as users gave them, such as a segment's id and `entered` */
export function triggerSubject(isQuiet: boolean, names: readonly string[]): string {
  return [isQuiet ? 'shoal.quiet' : 'shoal.triggers', ...names.map(subjectToken)].join('.');
}

/** Also what separates tokens or stands for several of them; `>` is encoded anyway. */
function subjectToken(name: string): string {
  return encodeURIComponent(name).replaceAll('.', '%2E').replaceAll('*', '%2A');
}

/** Where an owner publishes a partition's live figures; not kept. */
export function liveSubject(partition: number): string {
  return `shoal.live.${partition}`;
}

/** Where the owner of a partition answers questions. */
export function querySubject(partition: number): string {
  return `shoal.query.${partition}`;
}
