import { AsyncLocalStorage } from 'node:async_hooks'

/** Where a change came from. */
export interface RequestOrigin {
  requestId: string | null
  address: string | null
  userAgent: string | null
  /** The sign-in session of a person, once it is known. */
  sessionId: string | null
}

/** A browser's own name is far shorter; the rest of a longer one says nothing more. */
export const longestUserAgent = 400

const none: RequestOrigin = { requestId: null, address: null, userAgent: null, sessionId: null }

const origins = new AsyncLocalStorage<RequestOrigin>()

/** Runs what a request leads to, in which `currentOrigin` is its origin. */
export function runFrom<Result>(origin: RequestOrigin, next: () => Result): Result {
  return origins.run(origin, next)
}

/** The origin of the request that is being answered; of what the platform does by itself, one without anything. */
export function currentOrigin(): Readonly<RequestOrigin> {
  return origins.getStore() ?? none
}

/** Notes the session of the person whose request is being answered. */
export function noteSession(sessionId: string): void {
  const origin = origins.getStore()
  if (origin !== undefined) origin.sessionId = sessionId
}
