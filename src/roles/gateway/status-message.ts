import { z } from 'zod';
import type { PartitionStatus } from '../../wire/live.ts';

const whole = z.number().int();

const statusSchema = z.object({
  partition: whole.min(0),
  boot: z.string(),
  sequence: whole,
  full: z.boolean(),
  isCurrent: z.boolean(),
  atMs: z.number(),
  lagMs: z.number(),
  events: whole,
  customers: whole,
  historyFromMs: z.number().optional(),
  counts: z.record(z.string(), z.object({ members: whole, entered: whole, exited: whole })),
});

const decoder = new TextDecoder();

/** Reads what an owner published; undefined when it is no status (another version's, perhaps). */
export function decodeStatus(body: Uint8Array): PartitionStatus | undefined {
  try {
    return statusSchema.safeParse(JSON.parse(decoder.decode(body))).data;
  } catch {
    return undefined;
  }
}
