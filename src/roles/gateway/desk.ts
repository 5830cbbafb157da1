import type { HttpRequest, HttpResponse } from '../ports/http.ts';

/** A part of the API that has methods and paths of its own. */
export interface Desk {
  /** Never rejects. @returns undefined for a request that is none of its business */
  answer(request: HttpRequest): Promise<HttpResponse> | undefined;
}
