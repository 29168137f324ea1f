import { z } from 'zod'
import { Password } from './account.js'
import { Email, page, Timestamp } from './common.js'

export const SignInOptions = z
  .object({
    passwordReset: z.enum(['mail', 'command']).meta({
      description:
        'How somebody who forgot their password gets a link for a new one: by mail, or from whoever runs the platform, by `npm run reset-password`',
    }),
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

/** The token of a link of an account. */
const LinkToken = z
  .string()
  .min(1, 'must not be empty')
  .max(128)
  .meta({ description: 'What stands behind the `#` of the link' })

export const RequestPasswordReset = z.strictObject({ email: Email }).meta({ id: 'RequestPasswordReset' })
export type RequestPasswordReset = z.infer<typeof RequestPasswordReset>

export const ReadPasswordReset = z.strictObject({ token: LinkToken }).meta({ id: 'ReadPasswordReset' })
export type ReadPasswordReset = z.infer<typeof ReadPasswordReset>

export const PasswordResetDetails = z
  .object({
    email: z.string().meta({ description: 'The account that gets a new password' }),
    expiresAt: Timestamp,
  })
  .meta({ id: 'PasswordResetDetails' })
export type PasswordResetDetails = z.infer<typeof PasswordResetDetails>

export const ResetPassword = z
  .strictObject({ token: LinkToken, password: Password })
  .meta({ id: 'ResetPassword' })
export type ResetPassword = z.infer<typeof ResetPassword>

export const PasswordWasReset = z
  .object({ email: z.string().meta({ description: 'To sign in with' }) })
  .meta({ id: 'PasswordWasReset' })
export type PasswordWasReset = z.infer<typeof PasswordWasReset>

export const OwnSession = z
  .object({
    id: z.string(),
    userAgent: z
      .string()
      .nullable()
      .meta({ description: 'As the browser or program named itself at sign-in' }),
    address: z.string().nullable().meta({ description: 'From where it signed in' }),
    createdAt: Timestamp.meta({ description: 'When it signed in' }),
    lastSeenAt: Timestamp.meta({ description: 'When a request last came with it, to the minute' }),
    expiresAt: Timestamp,
    current: z.boolean().meta({ description: 'Whether it is the one of this request' }),
  })
  .meta({ id: 'OwnSession' })
export type OwnSession = z.infer<typeof OwnSession>

export const OwnSessionPage = page(OwnSession).meta({ id: 'OwnSessionPage' })
export type OwnSessionPage = z.infer<typeof OwnSessionPage>

/** The password once more, so that an open browser alone is not enough. */
const CurrentPassword = z.string().max(1_024).optional().meta({
  description:
    'Required when the account has one. Without a password, the person has to have signed in within the last ten minutes',
})

export const ChangeEmail = z
  .strictObject({ email: Email, password: CurrentPassword })
  .meta({ id: 'ChangeEmail' })
export type ChangeEmail = z.infer<typeof ChangeEmail>

export const ConfirmEmail = z.strictObject({ token: LinkToken }).meta({ id: 'ConfirmEmail' })
export type ConfirmEmail = z.infer<typeof ConfirmEmail>

export const ConfirmedEmail = z
  .object({ email: z.string().meta({ description: 'The address that the account has from now on' }) })
  .meta({ id: 'ConfirmedEmail' })
export type ConfirmedEmail = z.infer<typeof ConfirmedEmail>

export const DeleteAccount = z.strictObject({ password: CurrentPassword }).meta({ id: 'DeleteAccount' })
export type DeleteAccount = z.infer<typeof DeleteAccount>
