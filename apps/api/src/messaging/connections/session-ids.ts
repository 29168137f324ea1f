import type { TokenOwner } from './connection-principal.js'

/**
 * The session id of a device inside the broker. With the device's key in it, no two devices share a session: neither those
 * of two organizations with the same id, nor `a` with the client id `a:b` and `a:b`.
 */
export function deviceSessionId(organizationSlug: string, deviceKey: number, clientId: string): string {
  return `${organizationSlug}/d/${deviceKey}/${clientId}`
}

/** The session id of a person or a script inside the broker. */
export function personSessionId(organizationSlug: string, clientId: string): string {
  return `${organizationSlug}/u/${clientId}`
}

/** The session id of an application inside the broker: whatever its client id, it meets no other's. */
export function applicationSessionId(
  organizationSlug: string,
  applicationId: string,
  clientId: string,
): string {
  return `${organizationSlug}/a/${applicationId}/${clientId}`
}

/** The session id of a client that connects with an API key as its password: whatever its client id, it meets no other's. */
export function apiKeySessionId(organizationSlug: string, apiKeyId: string, clientId: string): string {
  return `${organizationSlug}/k/${apiKeyId}/${clientId}`
}

/** Whether a session is one that a person or a script may have in an organization. */
export function isPersonSession(sessionId: string, organizationSlug: string): boolean {
  return sessionId.startsWith(`${organizationSlug}/u/`) || sessionId.startsWith(`${organizationSlug}/k/`)
}

/** Whether a session is one of the device's. */
export function isSessionOfDevice(sessionId: string, organizationSlug: string, deviceKey: number): boolean {
  return sessionId.startsWith(deviceSessionId(organizationSlug, deviceKey, ''))
}

/** The owner of a device's stored session. A device that is made anew under an old id has another key. */
export function deviceOwner(deviceKey: number): string {
  return `device ${deviceKey}`
}

/** The owner of a person's or a script's stored session: the sign-in session or API key of its token. */
export function tokenOwner({ kind, id }: TokenOwner): string {
  return `${kind} ${id}`
}

/** The owner of an application's stored session. */
export function applicationOwner(applicationId: string): string {
  return `application ${applicationId}`
}

export type SessionOwner =
  | { kind: 'device'; deviceKey: number }
  | { kind: 'application'; id: string }
  | TokenOwner

/** Whose session it is, from what the functions above made; null for anything else. */
export function parseSessionOwner(text: string): SessionOwner | null {
  const [kind, id = ''] = text.split(' ', 2)
  if (kind === 'device' && /^\d{1,15}$/.test(id)) return { kind, deviceKey: Number(id) }
  return (kind === 'session' || kind === 'apiKey' || kind === 'application') && id !== ''
    ? { kind, id }
    : null
}

/** Whose shares a person or a script uses: a person's are the same in each sign-in session. */
export function quotaOwner(owner: TokenOwner, userId: string | null): string {
  return userId === null ? tokenOwner(owner) : `user ${userId}`
}

export function isSameOwner(a: TokenOwner, b: TokenOwner): boolean {
  return a.kind === b.kind && a.id === b.id
}
