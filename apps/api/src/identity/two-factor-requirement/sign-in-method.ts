/** By what a sign-in session began, as its row and the audit have it. */
export type SignInMethod = 'password' | 'authenticatorApp' | 'recoveryCode' | 'passkey' | 'openIdConnect'
