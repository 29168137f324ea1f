import { request } from '@/lib/api'
import { ApiError } from '@/lib/api-error'

/** Whether this browser, at this address, can do passkeys. */
export function canUsePasskeys(host: string): boolean {
  return (
    window.location.hostname === host &&
    window.isSecureContext &&
    typeof window.PublicKeyCredential?.parseCreationOptionsFromJSON === 'function'
  )
}

/** Asks the browser for a new passkey and registers it. False when the person canceled. */
export async function addPasskey(input: { name: string; password?: string }): Promise<boolean> {
  const options = await request('/api/auth/passkey/generate-register-options')
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as PublicKeyCredentialCreationOptionsJSON,
  )
  const credential = await ask(() => navigator.credentials.create({ publicKey }))
  if (credential === null) return false
  const body = { ...input, response: credential.toJSON() }
  await request('/api/auth/passkey/verify-registration', { method: 'POST', body }).catch((error) =>
    giveUp(error, credential.id, publicKey.rp.id),
  )
  return true
}

/** Signs in by a passkey. False when the person canceled. */
export async function signInByPasskey(): Promise<boolean> {
  const options = await request('/api/auth/passkey/generate-authenticate-options')
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON({
    ...(options as PublicKeyCredentialRequestOptionsJSON),
    userVerification: 'required',
  })
  const credential = await ask(() => navigator.credentials.get({ publicKey }))
  if (credential === null) return false
  const body = { response: credential.toJSON() }
  await request('/api/auth/passkey/verify-authentication', { method: 'POST', body }).catch(rephrase)
  return true
}

/** What was refused, such as with a wrong password, is not offered at sign-in, where browsers can be told so (WebAuthn 3, 5.1.10). */
async function giveUp(error: unknown, credentialId: string, rpId = window.location.hostname): Promise<never> {
  if (error instanceof ApiError && error.status >= 400 && error.status < 500)
    await (PublicKeyCredential as unknown as Signals)
      .signalUnknownCredential?.({ rpId, credentialId })
      .catch(() => undefined)
  throw error
}

interface Signals {
  signalUnknownCredential?(about: { rpId: string; credentialId: string }): Promise<void>
}

/** The browser tells a canceled dialog and one that ran out of time by the same error (WebAuthn, 6.3.2). */
async function ask(show: () => Promise<Credential | null>): Promise<PublicKeyCredential | null> {
  try {
    return (await show()) as PublicKeyCredential | null
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    if (error.name === 'NotAllowedError' || error.name === 'AbortError') return null
    if (error.name === 'InvalidStateError')
      throw new ApiError(
        409,
        'passkey_exists',
        'This device has a passkey for your account already',
        [],
        null,
      )
    throw new ApiError(400, 'passkey_failed', `The browser could not do it: ${error.message}`, [], null)
  }
}

/** Here 401 means an unknown passkey, not an ended session. */
function rephrase(error: unknown): never {
  if (error instanceof ApiError && error.status === 401)
    throw new ApiError(
      400,
      error.code,
      'No account has this passkey. It may have been removed: sign in by your password, and add it again',
      [],
      null,
    )
  throw error
}
