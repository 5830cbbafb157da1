import type { HttpRequest, HttpResponse } from '../../ports/http.ts';
import { json } from '../answers.ts';
import type { Desk } from '../desk.ts';
import { openApiDocument } from './document.ts';

/** `GET /openapi.json`: what the API takes and answers, for programs and their makers. */
export class OpenApiDesk implements Desk {
  #answer: Promise<HttpResponse> | undefined;

  answer({ method, path }: HttpRequest): Promise<HttpResponse> | undefined {
    if (path !== '/openapi.json' || (method !== 'GET' && method !== 'HEAD')) return undefined;
    this.#answer ??= Promise.resolve(json(200, openApiDocument()));
    return this.#answer;
  }
}
