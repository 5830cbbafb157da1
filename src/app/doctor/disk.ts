import { statfs } from 'node:fs/promises';
import { bad, bytesText, ok, warn, type Finding } from './finding.ts';

const FREE_SHARE_MIN = 0.1;
const FREE_BYTES_MIN = 1_000_000_000;

/**
 * How much room the disk under a folder has.
 *
 * @param check what lies there
 * @param folder undefined, or not on this machine: nobody can tell, and nothing is said
 */
export async function checkDisk(check: string, folder: string | undefined): Promise<Finding[]> {
  if (folder === undefined) return [];
  const disk = await statfs(folder).catch(() => undefined);
  if (disk === undefined) return [];
  const [free, all] = [disk.bavail * disk.bsize, disk.blocks * disk.bsize];
  const found = `${bytesText(free)} of ${bytesText(all)} are free`;
  if (free < FREE_BYTES_MIN) return [bad(check, found, 'make room: a full disk stops Shoal')];
  if (free < all * FREE_SHARE_MIN) return [warn(check, found, 'make room before it is full')];
  return [ok(check, found)];
}
