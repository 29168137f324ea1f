import { request } from './api'
import { addressOf } from './base-path'

/** Ends the session and loads a page anew, so that no data is left in memory. */
export async function signOut(next: string): Promise<void> {
  await request('/api/auth/sign-out', { method: 'POST', body: {} })
  // An address that differs in its fragment alone is not loaded by `assign`.
  window.history.replaceState(null, '', addressOf(next))
  window.location.reload()
}
