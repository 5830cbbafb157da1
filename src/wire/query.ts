import type { CustomerId } from '../base/id.ts';
import type { JsonObject } from '../base/json.ts';
import type { PartitionStatus } from './live.ts';

/** A question to the owner of a partition, as JSON on `shoal.query.<p>`. */
export type Query =
  | { readonly type: 'status' }
  | { readonly type: 'attributes'; readonly customer: CustomerId };

export interface Answers {
  /** Always with every segment. */
  readonly status: PartitionStatus;
  readonly attributes: { readonly known: boolean; readonly attributes: JsonObject };
}
