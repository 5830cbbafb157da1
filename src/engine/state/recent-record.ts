import { isObject, type Json, type JsonObject } from '../../base/json.ts';
import type { EpochMs } from '../../base/time.ts';

/*
 * What is kept of an order or of a product that was viewed, as a letter can use it: JSON in UTF-8.
 *
 * 1. Only the fields below, and of these only texts and numbers.
 * 2. A text is cut after 256 UTF-16 units, never inside a character; a link of more than 1,024 is
 *    left out, for one that was cut leads nowhere.
 * 3. An order has at most 10 products and 8,192 bytes, a view 4,096: what does not fit is left out,
 *    an order's products from the last one, a view's fields from the least needed one.
 */

const TEXT_LENGTH_MAX = 256;
const LINK_LENGTH_MAX = 1_024;
export const PRODUCTS_MAX = 10;
export const ORDER_BYTES_MAX = 8_192;
export const VIEW_BYTES_MAX = 4_096;

/** What a view is without when it is too large; the least needed first. */
const DISPENSABLE = ['image_url', 'url', 'category', 'brand', 'currency', 'price', 'name'] as const;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const orderBytes = new Uint8Array(ORDER_BYTES_MAX);
const viewBytes = new Uint8Array(VIEW_BYTES_MAX);

/** @returns bytes that hold until the next call */
export function packOrder(properties: JsonObject, at: EpochMs): Uint8Array {
  const lines = properties['products'];
  const products = Array.isArray(lines)
    ? lines.filter(isObject).slice(0, PRODUCTS_MAX).map(lineOf)
    : [];
  const order = {
    order_id: scalar(properties['order_id']),
    total: scalar(properties['total']),
    currency: scalar(properties['currency']),
    at,
    products,
  };
  for (;;) {
    const bytes = encode(order, orderBytes);
    if (bytes !== undefined) return bytes;
    products.pop();
  }
}

function lineOf(line: JsonObject): object {
  return {
    product_id: scalar(line['product_id']),
    name: scalar(line['name']),
    category: scalar(line['category']),
    price: scalar(line['price']),
    quantity: scalar(line['quantity']),
    image_url: link(line['image_url']),
    url: link(line['url']),
  };
}

/** @returns bytes that hold until the next call */
export function packView(properties: JsonObject, at: EpochMs): Uint8Array {
  const view = {
    product_id: scalar(properties['product_id']),
    name: scalar(properties['name']),
    price: scalar(properties['price']),
    currency: scalar(properties['currency']),
    brand: scalar(properties['brand']),
    category: scalar(properties['category']),
    url: link(properties['url']),
    image_url: link(properties['image_url']),
    at,
  };
  for (let left = 0; ; left++) {
    const bytes = encode(view, viewBytes);
    if (bytes !== undefined) return bytes;
    view[DISPENSABLE[left] ?? 'name'] = undefined;
  }
}

/** What tells the products that were viewed apart; undefined without one: then none is kept. */
export function productOf(properties: JsonObject): string | undefined {
  const id = properties['product_id'];
  if (typeof id === 'number') return String(id);
  return typeof id === 'string' && id !== '' ? id : undefined;
}

export function unpack(bytes: Uint8Array): JsonObject {
  // What is read here was written by `packOrder` or `packView`.
  return JSON.parse(decoder.decode(bytes)) as JsonObject;
}

/** @returns undefined where the buffer is too short */
function encode(record: object, into: Uint8Array): Uint8Array | undefined {
  const text = JSON.stringify(record);
  const { read, written } = encoder.encodeInto(text, into);
  return read === text.length ? into.subarray(0, written) : undefined;
}

type Scalar = string | number | undefined;

function scalar(value: Json | undefined): Scalar {
  if (typeof value === 'string') return cut(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function link(value: Json | undefined): Scalar {
  if (typeof value !== 'string') return scalar(value);
  return value.length <= LINK_LENGTH_MAX ? value : undefined;
}

function cut(text: string): string {
  if (text.length <= TEXT_LENGTH_MAX) return text;
  const last = text.charCodeAt(TEXT_LENGTH_MAX - 1);
  const isSplit = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isSplit ? TEXT_LENGTH_MAX - 1 : TEXT_LENGTH_MAX);
}
