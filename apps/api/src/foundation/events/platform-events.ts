interface ApplicationFacts {
  organizationId: number
  organizationSlug: string
  applicationId: string
}

interface DeviceFacts {
  organizationId: number
  organizationSlug: string
  deviceKey: number
  deviceId: string
}

/** A decision against a connection, a topic, a payload or a message. */
export interface Refused {
  organizationId: number
  /** A code of a notice, or of the broker's list of reasons. */
  code: string
  /** The device's id; undefined when a person or a script was refused. */
  device?: string | undefined
  topic?: string | undefined
  detail?: string | undefined
  /** The address of the client, if it is known. */
  remoteAddress?: string | undefined
  /** How many messages it stands for; 1 when absent. */
  count?: number | undefined
}

/** The events of the process. An event about a row is emitted after its commit. */
export interface PlatformEvents {
  'device.created': DeviceFacts
  'device.updated': DeviceFacts
  'device.deleted': DeviceFacts
  /** Emitted for a deleted device too, with no tags. */
  'device.tagsChanged': DeviceFacts & { before: string[]; tags: string[] }
  'credential.revoked': DeviceFacts & { credentialId: string }
  /** The secret before the rotation works until `previousSecretExpiresAt`, in epoch milliseconds. */
  'credential.rotated': DeviceFacts & { credentialId: string; previousSecretExpiresAt: number }
  'application.updated': ApplicationFacts & {
    subscribe: string[]
    publish: string[]
    origins: string[] | null
  }
  /** As of a credential. */
  'application.rotated': ApplicationFacts & { previousSecretExpiresAt: number }
  'application.deleted': ApplicationFacts
  'apiKey.revoked': { organizationId: number; apiKeyId: string }
  /** It has a new secret; the one before it works until `previousSecretExpiresAt`, in epoch milliseconds. */
  'apiKey.rotated': {
    organizationId: number
    organizationSlug: string
    apiKeyId: string
    previousSecretExpiresAt: number
  }
  /** Its secret was replaced without overlap: whoever has the previous one is cut off. */
  'apiKey.replaced': { organizationId: number; apiKeyId: string }
  'session.ended': { sessionId: string; userId: string }
  'member.roleChanged': { organizationId: number; userId: string }
  /** Another tag limit. The sign-in sessions and API keys are the person's, and go on. */
  'member.tagsChanged': {
    organizationId: number
    organizationSlug: string
    userId: string
    sessionIds: string[]
    apiKeyIds: string[]
  }
  /** `sessionIds` are the person's sign-in sessions, which go on. */
  'member.removed': { organizationId: number; organizationSlug: string; userId: string; sessionIds: string[] }
  /** The organization requires two-factor, and these sign-in sessions of the member, which go on, were begun without it. */
  'member.twoFactorMissing': { organizationId: number; userId: string; sessionIds: string[] }
  'organization.created': { organizationId: number; organizationSlug: string }
  /** Its people, keys and tokens are gone already; its devices are refused from now on. */
  'organization.deleted': { organizationId: number; organizationSlug: string }
  refused: Refused
}
