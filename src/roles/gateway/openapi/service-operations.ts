import { z } from 'zod';
import type { Operation, Shape } from './operation.ts';

const partitions = z.array(z.number().int());

const LIVE: Shape = { name: 'Live', schema: z.object({ live: z.literal(true) }) };
const READY: Shape = { name: 'Ready', schema: z.object({ ready: z.literal(true) }) };
const UNREADY: Shape = {
  name: 'Unready',
  schema: z.object({
    ready: z.literal(false),
    partitions: z.object({
      missing: partitions.describe('nothing was heard of them yet'),
      silent: partitions.describe('nothing was heard of them of late'),
      outdated: partitions.describe('they work with other definitions than they were given'),
    }),
  }),
};
const DOCUMENT: Shape = {
  name: 'OpenApi',
  schema: z.looseObject({ openapi: z.literal('3.1.0'), paths: z.looseObject({}) }),
};

/** Whether the service runs, and what it is. */
export const SERVICE_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/livez',
    summary: 'Whether the gateway runs',
    tag: 'Service',
    access: 'anybody',
    answers: { 200: { means: 'it does', shape: LIVE } },
  },
  {
    method: 'get',
    path: '/readyz',
    summary: 'Whether all partitions are heard of and up to date',
    tag: 'Service',
    access: 'anybody',
    answers: {
      200: { means: 'they are', shape: READY },
      503: { means: 'some are not', shape: UNREADY },
    },
  },
  {
    method: 'get',
    path: '/metrics',
    summary: 'The figures of all roles of this process',
    tag: 'Service',
    access: 'anybody',
    answers: { 200: { means: "in Prometheus' text format", type: 'text/plain' } },
  },
  {
    method: 'get',
    path: '/openapi.json',
    summary: 'This document',
    tag: 'Service',
    access: 'anybody',
    answers: {
      200: { means: 'OpenAPI 3.1', shape: DOCUMENT },
    },
  },
];
