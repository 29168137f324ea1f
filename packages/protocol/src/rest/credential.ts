import { z } from 'zod'
import { deviceChannels } from '../channels/channels.js'
import { Name, page, TimeInput, Timestamp } from './common.js'

export const IssueCredential = z
  .strictObject({
    name: Name.optional(),
    expiresAt: TimeInput.nullable()
      .optional()
      .meta({ description: 'The credential never expires when this is absent' }),
  })
  .meta({ id: 'IssueCredential' })
export type IssueCredential = z.infer<typeof IssueCredential>

const DeviceTopics = z.object(
  Object.fromEntries(Object.keys(deviceChannels).map((name) => [name, z.string()])) as Record<
    keyof typeof deviceChannels,
    z.ZodString
  >,
)

const facts = {
  id: z.string(),
  name: z.string().nullable(),
  createdAt: Timestamp,
  expiresAt: Timestamp.nullable(),
}

/** A new credential, with all that a device needs to connect. It is returned once. */
export const IssuedCredential = z
  .object({
    ...facts,
    clientId: z.string(),
    username: z.string(),
    password: z.string().meta({ description: 'Returned here and never again' }),
    urls: z.object({
      ws: z.string(),
      tcp: z.string().nullable().meta({ description: 'null when MQTT over TCP is off' }),
    }),
    topics: DeviceTopics,
  })
  .meta({ id: 'IssuedCredential' })
export type IssuedCredential = z.infer<typeof IssuedCredential>

export const Credential = z
  .object({
    ...facts,
    clientId: z.string(),
    username: z.string(),
    lastUsedAt: Timestamp.nullable(),
    rotatedAt: Timestamp.nullable(),
    previousSecretExpiresAt: Timestamp.nullable().meta({
      description: 'When the secret before the last rotation stops working',
    }),
  })
  .meta({ id: 'Credential' })
export type Credential = z.infer<typeof Credential>

export const CredentialPage = page(Credential).meta({ id: 'CredentialPage' })
export type CredentialPage = z.infer<typeof CredentialPage>

export const RotateCredential = z
  .strictObject({
    overlapSeconds: z.int().min(0).max(2_592_000).default(3_600).meta({
      description: 'How long the old secret keeps working beside the new one',
    }),
  })
  .meta({ id: 'RotateCredential' })
export type RotateCredential = z.infer<typeof RotateCredential>
