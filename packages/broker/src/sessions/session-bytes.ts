import { isShared } from '../packets/shared-subscription.js'

/** Memory of a session without subscriptions, with its entry in each table, roughly; session-bytes.spec.ts measures it. */
export const emptySessionBytes = 1_600

/**
 * Memory of a subscription: the filter and its copy in the topic tree, and the objects around them. It may be less, when
 * others have the same filter, but not more.
 */
export function subscriptionBytes(filter: string): number {
  const around = isShared(filter) ? aroundFilterBytes + groupBytes : aroundFilterBytes
  return around + 2 * textBytes(filter)
}

/** Memory of a session that is to be restored. */
export function storedSessionBytes(subscriptions: readonly { readonly filter: string }[]): number {
  return subscriptions.reduce((sum, { filter }) => sum + subscriptionBytes(filter), emptySessionBytes)
}

/** V8 takes a byte for each character of a text, or two when one of them is not in Latin-1. */
function textBytes(text: string): number {
  return Buffer.byteLength(text) === text.length ? text.length : 2 * text.length
}

const aroundFilterBytes = 500
/** Of a shared subscription beside that. */
const groupBytes = 200
