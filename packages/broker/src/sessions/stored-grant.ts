import type { StoredSubscription } from '../interface/persistence.js'
import { noIdentifiers } from '../messages/no-identifiers.js'
import { Grant } from '../routing/grant.js'

/** A subscription, as it is stored. */
export function storedSubscription(
  filter: string,
  { qos, noLocal, retainAsPublished, identifiers }: Grant,
): StoredSubscription {
  return { filter, qos, noLocal, retainAsPublished, identifier: identifiers[0] ?? 0 }
}

export function grantOf({ qos, noLocal, retainAsPublished, identifier }: StoredSubscription): Grant {
  const identifiers = identifier === 0 ? noIdentifiers : [identifier]
  return Grant.of({ qos, noLocal, retainAsPublished, identifiers })
}
