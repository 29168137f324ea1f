import { z } from 'zod'
import { Role } from '../access/roles.js'
import { Scope, Scopes, SeenTags, TagLimit } from '../access/scopes.js'
import { Name, page, TimeInput, Timestamp } from './common.js'

/** The roles that an API key may have: the owners of an organization are people. */
export const ApiKeyRole = Role.exclude(['owner']).meta({
  id: 'ApiKeyRole',
  description: 'The roles that an API key may have',
})
export type ApiKeyRole = z.infer<typeof ApiKeyRole>

export const CreateApiKey = z
  .strictObject({
    name: Name,
    role: ApiKeyRole.optional().meta({
      description:
        'With scopes the least role that is allowed all of them, else admin; never more than the role of its maker',
    }),
    scopes: Scopes.optional().meta({
      description:
        'The only permissions that it has; all that its role is allowed when absent, or those of the API key that makes it',
    }),
    tags: TagLimit.optional().meta({
      description:
        'It sees only devices with at least one of these tags, and nothing of the whole organization; all devices when absent',
    }),
    expiresAt: TimeInput.optional().meta({
      description: 'In 90 days by default, in 5 years at most; never later than the API key that makes it',
    }),
  })
  .meta({ id: 'CreateApiKey' })
export type CreateApiKey = z.infer<typeof CreateApiKey>

export const ApiKeyMaker = z
  .object({
    kind: z.enum(['person', 'apiKey']),
    id: z.string(),
    name: z.string(),
  })
  .meta({
    id: 'ApiKeyMaker',
    description: 'The person who made an API key, or the API key that it was made with',
  })
export type ApiKeyMaker = z.infer<typeof ApiKeyMaker>

export const ApiKey = z
  .object({
    id: z.string(),
    name: z.string(),
    role: Role,
    effectiveRole: Role.nullable().meta({
      description:
        'What it may do now: the lower of its role and that of the person behind it; null when that person is no longer a member, so that it is refused',
    }),
    scopes: z
      .array(Scope)
      .nullable()
      .meta({ description: 'The only permissions that it has, of those of its role; null: all of them' }),
    tags: SeenTags,
    createdBy: ApiKeyMaker.nullable().meta({ description: 'null when an old version did not record it' }),
    hint: z.string().meta({ description: 'The last four characters of the key' }),
    createdAt: Timestamp,
    lastUsedAt: Timestamp.nullable().meta({ description: 'Written once a minute at most' }),
    lastUsedAddress: z
      .string()
      .nullable()
      .meta({ description: 'The address of the client that used it then' }),
    rotatedAt: Timestamp.nullable(),
    previousSecretExpiresAt: Timestamp.nullable().meta({
      description: 'When the secret before the last rotation stops working, or stopped',
    }),
    expiresAt: Timestamp,
  })
  .meta({ id: 'ApiKey' })
export type ApiKey = z.infer<typeof ApiKey>

export const IssuedApiKey = ApiKey.extend({
  key: z.string().meta({ description: 'Returned here and never again' }),
}).meta({ id: 'IssuedApiKey' })
export type IssuedApiKey = z.infer<typeof IssuedApiKey>

export const ApiKeyPage = page(ApiKey).meta({ id: 'ApiKeyPage' })
export type ApiKeyPage = z.infer<typeof ApiKeyPage>

export const RotateApiKey = z
  .strictObject({
    overlapSeconds: z.int().min(0).max(2_592_000).default(3_600).meta({
      description: 'How long the old secret keeps working beside the new one',
    }),
  })
  .meta({ id: 'RotateApiKey' })
export type RotateApiKey = z.infer<typeof RotateApiKey>
