interface DeviceFacts {
  organizationId: number
  organizationSlug: string
  deviceKey: number
  deviceId: string
}

/** What is told inside the process, always after the commit. */
export interface PlatformEvents {
  'device.created': DeviceFacts
  'device.updated': DeviceFacts
  'device.deleted': DeviceFacts
  'credential.revoked': DeviceFacts & { credentialId: string }
  /** The secret before the rotation works until `previousSecretExpiresAt`, in epoch milliseconds. */
  'credential.rotated': DeviceFacts & { credentialId: string; previousSecretExpiresAt: number }
  'apiKey.revoked': { organizationId: number; apiKeyId: string }
  'session.ended': { sessionId: string; userId: string }
  'organization.created': { organizationId: number; organizationSlug: string }
}
