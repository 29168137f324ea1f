import { z } from 'zod'
import { Timestamp } from './common.js'

export const SignInOptions = z
  .object({
    openIdConnect: z
      .object({ name: z.string().meta({ description: 'What people call the provider' }) })
      .nullable()
      .meta({ description: 'null: no OpenID provider is configured' }),
    passkeyHost: z.string().meta({
      description: 'The host name of the pages at which passkeys work: of PUBLIC_URL, or else localhost',
    }),
  })
  .meta({ id: 'SignInOptions' })
export type SignInOptions = z.infer<typeof SignInOptions>

export const Passkey = z
  .object({
    id: z.string(),
    name: z.string(),
    createdAt: Timestamp,
    synced: z.boolean().meta({ description: 'Whether the person’s other devices may have it too' }),
  })
  .meta({ id: 'Passkey' })
export type Passkey = z.infer<typeof Passkey>

export const SignInMethods = z
  .object({
    password: z.boolean().meta({ description: 'Whether they have a password' }),
    twoFactor: z
      .object({
        recoveryCodesLeft: z.int().meta({ description: 'Each of them works once in place of a code' }),
      })
      .nullable()
      .meta({ description: 'null: no code of an authenticator app is asked for after the password' }),
    passkeys: z.array(Passkey),
    openIdConnect: z
      .object({ name: z.string(), connectedAt: Timestamp.nullable() })
      .nullable()
      .meta({ description: 'The OpenID provider, and since when it is connected; null: none is configured' }),
  })
  .meta({ id: 'SignInMethods' })
export type SignInMethods = z.infer<typeof SignInMethods>
