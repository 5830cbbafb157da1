import { z } from 'zod';
import type { CountsFrame, ErrorFrame } from '../../../wire/live.ts';
import { schemaAnswer } from '../schema/schema-answer.ts';
import { subscribeSchema } from '../subscribe-message.ts';
import {
  NO_SUCH_KEY,
  refused,
  WAIT,
  type Operation,
  type Parameter,
  type Shape,
} from './operation.ts';

const instant = z.iso.datetime();
const count = z.number().int().min(0);

const segmentBody = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
});

/** What a socket on `/v1/live` gets. */
const counts = z.object({
  type: z.literal('counts'),
  at: instant.describe('stream time'),
  lagMs: z.number(),
  counts: z.record(z.string(), z.object({ members: count, entered: count, exited: count })),
  totals: z.object({ events: count, customers: count }).optional(),
}) satisfies z.ZodType<CountsFrame>;

const failure = z.object({
  type: z.literal('error'),
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
}) satisfies z.ZodType<ErrorFrame>;

/** Named parts of the document beside those that stand in an operation. */
export const LIVE_FRAMES: readonly Shape[] = [
  { name: 'LiveSubscribe', schema: subscribeSchema },
  { name: 'LiveCounts', schema: counts },
  { name: 'LiveError', schema: failure },
];

const SEGMENTS: Shape = { name: 'Segments', schema: z.array(segmentBody) };
const SCHEMA: Shape = { name: 'Schema', schema: schemaAnswer };

const CAMPAIGN: Parameter = { name: 'campaign', in: 'path', means: 'the id of a campaign' };
const CUSTOMER: Parameter = { name: 'customer', in: 'query', means: 'the id of a customer' };

function preview(path: string, summary: string): Operation {
  return {
    method: 'get',
    path,
    summary,
    tag: 'Campaigns',
    access: 'anybody',
    parameters: [CAMPAIGN, CUSTOMER],
    answers: {
      200: { means: 'the letter; nothing is sent', type: 'text/html' },
      400: refused('nobody is named'),
      404: refused('there is no such campaign, or nobody has heard of the customer'),
      422: refused('the template cannot make a letter of what is known'),
      503: refused('the owner of the customer does not answer'),
    },
  };
}

/** What can be asked of what Shoal knows. */
export const QUESTION_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/schema',
    summary: 'What has been seen: events, their properties, attributes',
    details:
      'Counts are exact by name but for what came twice; fields are looked at in a sample. Of ' +
      'private attributes there are no examples.',
    tag: 'Events',
    access: 'server-key',
    answers: {
      200: { means: 'all that the partitions have seen', shape: SCHEMA },
      401: NO_SUCH_KEY,
      403: refused('the key is a public one'),
      429: WAIT,
      503: refused('no owner of a partition answers'),
    },
  },
  {
    method: 'get',
    path: '/v1/segments',
    summary: 'The segments in force',
    tag: 'Segments',
    access: 'anybody',
    answers: { 200: { means: 'all, by id', shape: SEGMENTS } },
  },
  {
    method: 'get',
    path: '/v1/live',
    summary: 'Counts of members as they change, over a WebSocket',
    details:
      'Send a LiveSubscribe; LiveCounts come at most ten times a second, the first with all that ' +
      'was asked for, later ones with what has changed. What cannot be read is answered with a ' +
      'LiveError.',
    tag: 'Segments',
    access: 'anybody',
    answers: {
      101: { means: 'the WebSocket is open' },
      426: refused('the request asked for no WebSocket'),
    },
  },
  preview('/v1/campaigns/{campaign}/preview', 'A letter as one customer would get it now'),
  preview('/v1/campaigns/{campaign}/preview/body', 'Its HTML alone, which does nothing'),
];
