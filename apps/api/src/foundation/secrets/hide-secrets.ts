import { secretPrefixes } from './secrets.js'

/** Enough letters that nobody means something else by them. What is cut off may be short. */
const issued = new RegExp(`(${Object.values(secretPrefixes).join('|')})[\\w-]{8,}`, 'g')

/** A signed token of a sign-in session, as a bearer token or, percent-encoded, as a cookie: its id, and an HMAC in base64. */
const session = /\b[A-Za-z0-9]{32}(?:\.|%2E)(?:[A-Za-z0-9+/]|%2[BF]){8,}(?:=|%3D)?/gi

/**
 * Hides what has the form of a secret of the platform, and these secrets, which have none. No secret is written on purpose;
 * this is for texts of clients, who may put one where it does not belong: into a path, a topic, a client id or a user name.
 */
export function hideSecrets(text: string, secrets: readonly string[] = []): string {
  const hidden = text.replace(issued, '$1…').replace(session, '…')
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '…'), hidden)
}

/** How a text may be written in a line of the log: as it is, in a path, in JSON, and quoted in a message in JSON. */
export function writtenForms(secret: string): string[] {
  const json = escapeJson(secret)
  return [...new Set([secret, encodeURIComponent(secret), json, escapeJson(json)])]
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
