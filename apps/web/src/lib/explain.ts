import { ApiError, UnexpectedResponseError, UnreachableError } from './api-error'
import { sentence } from './sentence'

export interface Explanation {
  /** What happened, and why. */
  what: string
  /** What the person can do. */
  todo: string
}

/** Describes an error in words. */
export function explain(error: unknown): Explanation {
  if (error instanceof UnreachableError) {
    return {
      what: 'The server did not answer.',
      todo: 'Check that Heliograph runs and that you are on its network, then try again.',
    }
  }
  if (error instanceof UnexpectedResponseError) {
    return {
      what: 'The server sent an answer that this page does not understand.',
      todo: 'The server was probably updated: reload the page.',
    }
  }
  if (error instanceof ApiError) return explainRefusal(error)
  if (error instanceof Error && error.name === 'ChunkLoadError') {
    return {
      what: 'A part of this page could not be loaded.',
      todo: 'The server was probably updated: reload the page.',
    }
  }
  return { what: 'An error occurred in this page.', todo: 'Reload it; stored data is not affected.' }
}

/** Whether the error passes by itself, as a server that starts or does not answer. What took too long does so again. */
export function isTemporary(error: unknown): boolean {
  if (error instanceof UnreachableError) return true
  return error instanceof ApiError && [502, 503, 504].includes(error.status) && error.code !== 'query_timeout'
}

function explainRefusal(error: ApiError): Explanation {
  switch (true) {
    case error.code === 'database_unavailable':
      return {
        what: 'The server is up, but its database does not answer.',
        todo: 'It connects again by itself; check that PostgreSQL runs.',
      }
    case error.code === 'busy' || error.code === 'query_timeout':
      return { what: refusalText(error.detail), todo: '' }
    case error.status === 401:
      return { what: 'You are signed out.', todo: 'Sign in again; what you typed here stays.' }
    case error.status === 403 && error.code === 'role_required':
      return { what: refusalText(error.detail), todo: 'Ask somebody with that role.' }
    case error.status === 403 && error.detail !== '':
      return { what: refusalText(error.detail), todo: '' }
    case error.status === 403:
      return { what: 'You may not do this.', todo: 'Ask an administrator of the organization.' }
    case error.status === 404:
      return { what: 'It does not exist, or was deleted.', todo: 'Go back to the list.' }
    case error.status === 429:
      return { what: 'Too many attempts.', todo: `Try again ${retryIn(error.retryAfterSeconds)}.` }
    case error.status === 502 || error.status === 503 || error.status === 504:
      return {
        what: 'The server is up but not ready.',
        todo: 'It is probably starting; try again in a moment.',
      }
    case error.status >= 500:
      return {
        what: 'The server failed to handle the request.',
        todo: 'Try again; the log of the server says why.',
      }
    default:
      return { what: refusalText(error.detail), todo: '' }
  }
}

function retryIn(seconds: number | null): string {
  if (seconds === null) return 'in a minute'
  return seconds < 90 ? `in ${seconds} s` : `in ${Math.ceil(seconds / 60)} minutes`
}

const refusalText = (detail: string): string => sentence(detail.trim() || 'The server refused this')
