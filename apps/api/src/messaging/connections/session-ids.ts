import type { TokenOwner } from './connection-principal.js'

/** A device's session inside the broker: the same device id in two organizations never meets. */
export function deviceSessionId(organizationSlug: string, clientId: string): string {
  return `${organizationSlug}/d/${clientId}`
}

/** A person's session inside the broker. */
export function personSessionId(organizationSlug: string, clientId: string): string {
  return `${organizationSlug}/u/${clientId}`
}

/** Whether a session belongs to one of a device's connections. */
export function isSessionOfDevice(sessionId: string, organizationSlug: string, deviceId: string): boolean {
  const own = deviceSessionId(organizationSlug, deviceId)
  return sessionId === own || sessionId.startsWith(`${own}:`)
}

/** Whom a stored session of a device belongs to: one made anew under an old id is another. */
export function deviceOwner(deviceKey: number): string {
  return `device ${deviceKey}`
}

/** Whom a stored session of a person or a script belongs to: the sign-in session or API key its token came from. */
export function tokenOwner({ kind, id }: TokenOwner): string {
  return `${kind} ${id}`
}
