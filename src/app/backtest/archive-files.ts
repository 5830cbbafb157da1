import { openEventFile } from '../send/event-lines.ts';
import { LineTally, type LineReason } from '../send/line-tally.ts';
import { EventArchive } from './event-archive.ts';

/** Whoever watches the reading. */
export interface ReadingWatcher {
  /** A line that is no event. */
  malformed(file: string, line: number, reason: LineReason, detail: string): void;
  /** Bytes as they lie in the files, of all files together. */
  read(bytes: number, totalBytes: number): void;
}

/**
 * Reads files of events, one after the other.
 *
 * @throws ShoalError `file-unreadable` (refuse-input)
 */
export async function archiveFiles(
  files: readonly string[],
  watcher: ReadingWatcher,
): Promise<EventArchive> {
  const archive = new EventArchive();
  const opened = await Promise.all(
    files.map(async (file) => ({ file, source: await openEventFile(file) })),
  );
  const totalBytes = opened.reduce((sum, { source }) => sum + (source.size?.total ?? 0), 0);
  let doneBytes = 0;
  for (const { file, source } of opened) {
    const tally = new LineTally((line, reason, detail) =>
      watcher.malformed(file, line, reason, detail),
    );
    for await (const lines of source.lines()) {
      for (const line of lines) {
        const event = tally.read(line);
        if (event !== undefined) archive.add(line, event.at);
      }
      watcher.read(doneBytes + (source.size?.read() ?? 0), totalBytes);
    }
    doneBytes += source.size?.total ?? 0;
  }
  return archive;
}
