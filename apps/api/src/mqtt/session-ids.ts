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
