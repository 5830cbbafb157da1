import type { EventType } from '../../../rules/event.ts';

/** What a path takes. */
export type IngestRoute =
  | { readonly kind: 'message'; readonly type: EventType }
  | { readonly kind: 'batch' }
  /** A batch of what happened long ago: changes state and triggers nothing. */
  | { readonly kind: 'import' };

const TYPES: readonly EventType[] = ['track', 'identify', 'page', 'screen', 'group', 'alias'];

/** By path. analytics.js uses the first letters; RudderStack's SDKs use the same paths. */
export const INGEST_ROUTES: ReadonlyMap<string, IngestRoute> = new Map<string, IngestRoute>([
  ...TYPES.map((type): [string, IngestRoute] => [`/v1/${type}`, { kind: 'message', type }]),
  ...TYPES.map((type): [string, IngestRoute] => [`/v1/${type[0]}`, { kind: 'message', type }]),
  ['/v1/batch', { kind: 'batch' }],
  ['/v1/b', { kind: 'batch' }],
  ['/v1/import', { kind: 'import' }],
]);
