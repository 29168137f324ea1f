import { z } from 'zod'
import { Timestamp } from './common.js'

/** The id of a passkey in a path. */
export const PasskeyId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'is not the id of a passkey')

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
