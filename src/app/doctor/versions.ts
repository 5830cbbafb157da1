import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { projectPath } from '../root.ts';
import { bad, ok, warn, type Finding } from './finding.ts';

/** The oldest that the project is tested with. */
const NODE_MIN = '20.19.0';
const NATS_MIN = '2.9.0';
const REDIS_MIN = '6.2.0';
/** From here on every acknowledged message can survive a power cut. */
const NATS_SYNCING = '2.10.0';

export async function checkNode(): Promise<Finding[]> {
  const { version } = process;
  const node = isAtLeast(version, NODE_MIN)
    ? ok('node', version)
    : bad('node', version, `run Node ${NODE_MIN} or later`);
  return [node, ok('roaring', await versionOf('roaring')), await checkUws()];
}

export function checkNatsVersion(version: string | undefined): Finding {
  if (version === undefined) return warn('nats-server', 'tells no version', 'is it a nats-server?');
  if (!isAtLeast(version, NATS_MIN))
    return bad('nats-server', version, `run nats-server ${NATS_MIN} or later`);
  if (isAtLeast(version, NATS_SYNCING)) return ok('nats-server', version);
  const advice = 'with 2.10 or later, sync_interval: always keeps every acknowledged event';
  return warn('nats-server', `${version}, which a power cut can cost two minutes`, advice);
}

export function checkRedisVersion(version: string | undefined): Finding {
  if (version === undefined) return warn('redis', 'tells no version', 'is it a Redis or a Valkey?');
  if (isAtLeast(version, REDIS_MIN)) return ok('redis', version);
  return warn('redis', version, `run Redis ${REDIS_MIN} or later, or Valkey`);
}

async function checkUws(): Promise<Finding> {
  const version = await versionOf('uWebSockets.js');
  try {
    await import('../../adapters/uws/http-server.ts');
    return ok('uWebSockets.js', version);
  } catch {
    const advice = 'node:http serves instead, which is slower';
    return warn('uWebSockets.js', `${version} does not load on this machine`, advice);
  }
}

const packageSchema = z.object({ version: z.string() });

async function versionOf(name: string): Promise<string> {
  const text = await readFile(projectPath(`node_modules/${name}/package.json`), 'utf8');
  return packageSchema.parse(JSON.parse(text)).version;
}

/** Compares `v20.20.2` or `2.11.0-RC.1` number by number. */
export function isAtLeast(version: string, least: string): boolean {
  const [have, want] = [version, least].map((text) => (text.match(/\d+/g) ?? []).map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (have?.[i] ?? 0) - (want?.[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
