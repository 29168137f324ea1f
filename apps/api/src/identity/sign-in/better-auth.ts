import { hash, verify } from '@node-rs/argon2'
import { betterAuth } from 'better-auth'
import { prismaAdapter } from 'better-auth/adapters/prisma'
import { bearer } from 'better-auth/plugins/bearer'
import { type CookieRules, cookieNames } from '../../foundation/addresses/cookie-rules.js'
import type { PrismaClient } from '../../foundation/database/generated/client.js'
import {
  type OpenIdConnectRules,
  openIdProvider,
  openIdProviderId,
} from '../openid-connect/openid-provider.js'
import { authenticatorApp, type PasskeyHost, passkeys } from './second-factor-plugins.js'

/** The header with the client's address for better-auth. Clients cannot set it, as only known headers are passed on. */
export const clientAddressHeader = 'x-heliograph-client-address'

interface Options {
  prisma: PrismaClient
  /** The address of the platform. */
  baseUrl: string
  cookies: CookieRules
  /** The current AUTH_SECRET, which signs and encrypts, and earlier ones, with which is only decrypted. */
  secrets: { version: number; value: string }[]
  passkeyHost: PasskeyHost
  openIdConnect: OpenIdConnectRules
  log: (level: 'error' | 'warn', message: string) => void
  /** Throws when the person has as many passkeys as are allowed. */
  assertRoomForPasskey: (userId: string) => Promise<void>
  onProviderConnected: (userId: string) => Promise<void>
  onSessionBegun: (session: { id: string; userId: string; byPassword: boolean }) => Promise<void>
  onSessionEnded: (session: { id: string; userId: string }) => Promise<void>
}

/** Configures better-auth: e-mail and password, cookie or bearer token, no public sign-up. */
export function createBetterAuth({ prisma, baseUrl, cookies, secrets, openIdConnect, log, ...on }: Options) {
  return betterAuth({
    appName: 'Heliograph',
    // With the whole path, as better-auth adds its own only to an origin.
    baseURL: `${baseUrl}/api/auth`,
    basePath: '/api/auth',
    secrets,
    database: prismaAdapter(prisma, { provider: 'postgresql' }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: 10,
      maxPasswordLength: 128,
      password: {
        hash: hashPassword,
        verify: ({ hash: stored, password }) => verify(stored, password),
      },
    },
    plugins: [
      authenticatorApp(),
      passkeys(on.passkeyHost, on.assertRoomForPasskey),
      ...(openIdConnect.config === null ? [] : [openIdProvider(openIdConnect.config)]),
      // A session token must be signed: the bare token, as it is in the database, is not accepted.
      bearer({ requireSignature: true }),
    ],
    // Who has no password proves themselves in another way before they add a passkey (call-attempts.ts).
    session: { freshAge: 0 },
    advanced: {
      cookiePrefix: `${cookies.prefix}${cookieNames}`,
      // It would put a prefix of its own before ours.
      useSecureCookies: false,
      defaultCookieAttributes: {
        httpOnly: true,
        sameSite: 'lax',
        path: cookies.path,
        secure: cookies.secure,
      },
      ipAddress: { ipAddressHeaders: [clientAddressHeader] },
    },
    // Limits are ours: sign-in-limits.ts for passwords and codes, sign-in-call-limits.ts for the other calls.
    rateLimit: { enabled: false },
    databaseHooks: {
      account: {
        create: {
          // The tokens of a provider are not needed after a sign-in, so that they are not stored.
          before: async (account) => ({
            data: { ...account, accessToken: null, refreshToken: null, idToken: null },
          }),
          after: async ({ providerId, userId }) => {
            if (providerId === openIdProviderId) await on.onProviderConnected(userId)
          },
        },
      },
      session: {
        create: {
          before: ({ userId }) => openIdConnect.beforeSession(userId),
          after: (session, context) =>
            on.onSessionBegun({
              id: session.id,
              userId: session.userId,
              byPassword: context?.path === '/sign-in/email',
            }),
        },
        delete: { after: (session) => on.onSessionEnded(session) },
      },
    },
    user: {
      validateUserInfo: ({ user, source }) => {
        if (source.oauth?.providerId !== openIdProviderId) return
        const { profile } = source.oauth
        return openIdConnect.check({
          action: source.action,
          emailVerified: user.emailVerified === true,
          profile,
        })
      },
    },
    account: {
      // Who has an account connects it to the provider while they are signed in, and with the same, verified address.
      accountLinking: { enabled: true, disableImplicitLinking: true },
      updateAccountOnSignIn: false,
    },
    onAPIError: { errorURL: `${baseUrl}/sign-in` },
    telemetry: { enabled: false },
    logger: {
      log: (level, message) => {
        if (level === 'error' || level === 'warn') log(level, message)
      },
    },
  })
}

export type BetterAuth = ReturnType<typeof createBetterAuth>

/** Hashes by argon2id, the library's default, with OWASP's parameters for password storage (19 MiB, 2 passes). */
export function hashPassword(password: string): Promise<string> {
  return hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
}
