/** The ways to sign in, as the audit names them, in the words of the account's page. */
const texts: Partial<Record<string, string>> = {
  password: 'password',
  authenticatorApp: 'password and authenticator app',
  recoveryCode: 'password and recovery code',
  passkey: 'passkey',
  openIdConnect: 'OpenID Connect',
}

export function signInMethodText(method: unknown): string {
  return texts[String(method)] ?? String(method)
}
