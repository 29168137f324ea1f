import { expect, it } from 'vitest'
import { createBetterAuth } from '../../../apps/api/src/identity/sign-in/better-auth.js'
import { createAdministrator } from '../../support/accounts.js'
import { usePlatforms } from '../../support/use-platform.js'
import { ask } from './callers.js'

const platforms = usePlatforms()

/** The calls that pages use, and programs that sign in. Whoever offers another one has to say so here. */
const used = [
  '/callback/oidc',
  '/change-password',
  '/link-social',
  '/passkey/generate-authenticate-options',
  '/passkey/generate-register-options',
  '/passkey/verify-authentication',
  '/passkey/verify-registration',
  '/sign-in/email',
  '/sign-in/social',
  '/sign-out',
  '/two-factor/disable',
  '/two-factor/enable',
  '/two-factor/generate-backup-codes',
  '/two-factor/verify-backup-code',
  '/two-factor/verify-totp',
  '/update-user',
]

it('answers those calls of better-auth and its plugins that are used, and no other', async () => {
  const platform = await platforms.own()
  const administrator = await createAdministrator(platform)
  const mounted: string[] = []
  for (const call of allCalls()) {
    // A method that no call has, so that none of them does anything.
    const { status } = await ask(administrator, 'PUT', `/api/auth${call}`)
    if (status !== 404) mounted.push(call)
  }
  expect(mounted).toEqual(used)

  const signUp = { name: 'Eve', email: 'eve@example.com', password: 'let me in please' }
  expect((await ask(administrator, 'POST', '/api/auth/sign-up/email', signUp)).status).toBe(404)
  const { rows } = await platform.pool.query('SELECT email FROM "user"')
  expect(rows).toEqual([{ email: administrator.email }])
})

/** Every call that better-auth would answer as the platform configures it. */
function allCalls(): string[] {
  const nothing = async () => {}
  const { api } = createBetterAuth({
    prisma: {} as never,
    baseUrl: 'http://127.0.0.1:3000',
    cookies: { prefix: '', path: '/', secure: false },
    secrets: [{ version: 1, value: 'a secret of thirty-two characters' }],
    passkeyHost: { host: 'localhost', origin: 'http://localhost:3000' },
    openIdConnect: { config: null, check: () => undefined, beforeSession: nothing },
    log: () => {},
    assertRoomForPasskey: nothing,
    onProviderConnected: nothing,
    onSessionBegun: nothing,
    onSessionEnded: nothing,
  })
  const paths = Object.values(api).map((endpoint) => (endpoint as { path?: string }).path ?? '')
  const calls = [...new Set(paths.filter((path) => path.startsWith('/')))].sort()
  const concrete = calls.map((path) => path.replace(/:\w+/g, 'oidc'))
  expect(concrete).toEqual(expect.arrayContaining(['/sign-up/email', '/delete-user', ...used]))
  return concrete
}
