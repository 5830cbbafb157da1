import { isObject, type Json } from '../base/json.ts';
import type { CustomerEvent, EventType } from '../rules/event.ts';
import type { Filter, Path, Scalar } from '../rules/rule.ts';
import type { Use } from './condition.ts';
import { compileFilter } from './matcher.ts';
import { compileEventPath, compilePath, type ReadEvent, type ReadObject } from './path.ts';

/*
 * From an event to the uses it can match: by its name, and by an equality of the use's filter or of
 * its lines' filter. What an event costs follows these, not the number of conditions.
 */

/**
 * Calls `found` for each use that may match, once each, in ascending order of nothing in
 * particular.
 */
export interface Routes {
  find(event: CustomerEvent, found: (use: Use) => void): void;
}

/** Uses that ask of one path of the event, or of its lines, for one of some values. */
interface Branch {
  /** Which path, as text. */
  readonly key: string;
  readonly read: ReadEvent;
  /** With lines: the path inside each element of the array that `read` finds. */
  readonly readLine: ReadObject | undefined;
  readonly byValue: Map<Scalar, Use[]>;
}

interface Route {
  readonly always: Use[];
  readonly branches: Branch[];
}

export function compileRoutes(uses: readonly Use[]): Routes {
  const byEvent = new Map<string, Route>();
  for (const use of uses) {
    for (const event of use.source.events) addUse(routeOf(byEvent, event), use);
  }
  const star = byEvent.get('*');
  return {
    find(event, found) {
      const route = byEvent.get(event.event);
      if (route !== undefined) follow(route, event, found);
      if (star !== undefined && isStarred(event.type)) follow(star, event, found);
    },
  };
}

/** `*` is any track, page or screen. */
export function isStarred(type: EventType): boolean {
  return type === 'track' || type === 'page' || type === 'screen';
}

function routeOf(byEvent: Map<string, Route>, event: string): Route {
  const known = byEvent.get(event);
  if (known !== undefined) return known;
  const route: Route = { always: [], branches: [] };
  byEvent.set(event, route);
  return route;
}

function addUse(route: Route, use: Use): void {
  const { where, lines } = use.source;
  const test = equalityOf(where);
  if (test !== undefined) {
    const branch = branchOf(route, `event ${JSON.stringify(test.path)}`, (key) => ({
      key,
      read: compileEventPath(test.path),
      readLine: undefined,
      byValue: new Map(),
    }));
    // Whoever comes by this branch has passed its test: mostly nothing is left to be asked.
    const rest = { ...use, passes: compileFilter(test.rest) };
    for (const value of new Set(test.values)) listOf(branch.byValue, value).push(rest);
    return;
  }
  const lineTest = lines === undefined ? undefined : equalityOf(lines.where);
  if (lines === undefined || lineTest === undefined) {
    route.always.push(use);
    return;
  }
  const branch = branchOf(route, `lines ${JSON.stringify([lines.of, lineTest.path])}`, (key) => ({
    key,
    read: compileEventPath(lines.of),
    readLine: compilePath(lineTest.path),
    byValue: new Map(),
  }));
  for (const value of new Set(lineTest.values)) listOf(branch.byValue, value).push(use);
}

interface Equality {
  readonly path: Path;
  readonly values: readonly Scalar[];
  /** What the filter asks besides. */
  readonly rest: Filter;
}

function equalityOf(filter: Filter): Equality | undefined {
  for (const field of filter) {
    for (const test of field.matcher) {
      if (test.op !== 'in') continue;
      const matcher = field.matcher.filter((other) => other !== test);
      const others = filter.filter((other) => other !== field);
      const rest = matcher.length === 0 ? others : [{ path: field.path, matcher }, ...others];
      return { path: field.path, values: test.values, rest };
    }
  }
  return undefined;
}

function branchOf(route: Route, key: string, make: (key: string) => Branch): Branch {
  const known = route.branches.find((branch) => branch.key === key);
  if (known !== undefined) return known;
  const branch = make(key);
  route.branches.push(branch);
  return branch;
}

function listOf(byValue: Map<Scalar, Use[]>, value: Scalar): Use[] {
  const known = byValue.get(value);
  if (known !== undefined) return known;
  const list: Use[] = [];
  byValue.set(value, list);
  return list;
}

function follow(route: Route, event: CustomerEvent, found: (use: Use) => void): void {
  for (const use of route.always) found(use);
  for (const { read, readLine, byValue } of route.branches) {
    const value = read(event.properties, event.context);
    if (readLine === undefined) give(byValue, value, found);
    else if (Array.isArray(value)) followLines(value, readLine, byValue, found);
  }
}

/** Lines with the same value find the same uses, and a use may ask for several values. */
function followLines(
  lines: readonly Json[],
  readLine: ReadObject,
  byValue: ReadonlyMap<Scalar, Use[]>,
  found: (use: Use) => void,
): void {
  const seen = new Set<Use>();
  for (const line of lines) {
    if (!isObject(line)) continue;
    give(byValue, readLine(line), (use) => {
      if (!seen.has(use)) found(use);
      seen.add(use);
    });
  }
}

function give(
  byValue: ReadonlyMap<Scalar, Use[]>,
  value: Json | undefined,
  found: (use: Use) => void,
): void {
  if (typeof value === 'object' || value === undefined) return;
  const uses = byValue.get(value);
  if (uses === undefined) return;
  for (const use of uses) found(use);
}
