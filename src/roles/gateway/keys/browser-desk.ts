import type { HttpRequest, HttpResponse } from '../../ports/http.ts';
import { json } from '../answers.ts';
import type { Desk } from '../desk.ts';
import { INGEST_ROUTES } from '../ingest/ingest-route.ts';
import { preflight, withCors } from './cors.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import type { Keyring } from './key.ts';

export interface BrowserDeskParts {
  readonly gatekeeper: Gatekeeper;
  readonly keyring: Keyring;
}

const SETTINGS = /^\/v1\/projects\/([^/]+)\/settings$/;

/**
 * What pages ask before they send: whether they may, and, as analytics.js, with which settings.
 */
export class BrowserDesk implements Desk {
  readonly #parts: BrowserDeskParts;

  constructor(parts: BrowserDeskParts) {
    this.#parts = parts;
  }

  answer(request: HttpRequest): Promise<HttpResponse> | undefined {
    const { method, path } = request;
    const [, secret] = SETTINGS.exec(path) ?? [];
    if (method === 'OPTIONS' && (secret !== undefined || INGEST_ROUTES.has(path)))
      return Promise.resolve(preflight(request, this.#parts.keyring.all()));
    return secret !== undefined && (method === 'GET' || method === 'HEAD')
      ? this.#settings(request, secret)
      : undefined;
  }

  async #settings(request: HttpRequest, secret: string): Promise<HttpResponse> {
    const { gatekeeper, keyring } = this.#parts;
    const admission = await gatekeeper.identify(request, secret);
    if (admission.kind === 'refused') return withCors(admission.response, request, keyring.all());
    const settings = settingsOf(secret, addressOf(request));
    return withCors(json(200, settings), request, [admission.key]);
  }
}

interface Address {
  readonly protocol: 'http' | 'https';
  readonly apiHost: string;
}

/** Ourselves, as the page knows us; TLS ends at a proxy. Who lies here only misleads themselves. */
function addressOf({ headers }: HttpRequest): Address {
  const isSecure = headers.get('x-forwarded-proto')?.includes('https') === true;
  return { protocol: isSecure ? 'https' : 'http', apiHost: `${headers.get('host') ?? ''}/v1` };
}

/**
 * What analytics.js 2 reads of the settings that its CDN serves: one destination, ourselves, and
 * nothing to load or to measure.
 */
function settingsOf(apiKey: string, address: Address): unknown {
  return {
    integrations: { 'Segment.io': { apiKey, ...address, addBundledMetadata: false } },
    plan: {},
    enabledMiddleware: {},
    remotePlugins: [],
    legacyVideoPluginsEnabled: false,
    metrics: { sampleRate: 0 },
  };
}
