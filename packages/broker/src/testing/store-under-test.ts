import type {
  Change,
  Persistence,
  QuotaAccount,
  StoredEntry,
  StoredMessage,
  StoredRetained,
  StoredSession,
  StoredSubscription,
  StoredWill,
} from '../interface/persistence.js'

/** Opens the store under test: empty with `fresh`, else with the data that an earlier one left, as after a crash. */
export type OpenPersistence = (how: 'fresh' | 'again') => Promise<Persistence>

/** One thing that a store must do. */
export interface ContractCase {
  name: string
  run(open: OpenPersistence): Promise<void>
}

export interface Found {
  sessions: StoredSession[]
  /** The ids of the sessions, as they came. */
  order: string[]
  entries: StoredEntry[]
  retained: StoredRetained[]
}

export const nothing: Found = { sessions: [], order: [], entries: [], retained: [] }

export async function opened(open: OpenPersistence, how: 'fresh' | 'again'): Promise<Persistence> {
  const store = await open(how)
  await read(store)
  return store
}

export async function written(open: OpenPersistence, ...writes: Change[][]): Promise<Found> {
  const store = await opened(open, 'fresh')
  for (const changes of writes) await store.write(changes)
  return read(await open('again'))
}

/** Everything that a store loads, in a fixed order and as plain values. Throws on an entry before its session. */
export async function read(store: Persistence): Promise<Found> {
  const found: Found = { sessions: [], order: [], entries: [], retained: [] }
  const known = new Set<string>()
  await store.load({
    session: ({ sessionId, owner, account, offlineSince, expiryMs, ...kept }) => {
      known.add(sessionId)
      const state = { sessionId, owner, account, offlineSince, expiryMs }
      const subscriptions = kept.subscriptions.map((subscription) => ({ ...subscription }))
      subscriptions.sort((a, b) => (a.filter < b.filter ? -1 : 1))
      const inbound = [...kept.inbound].sort((a, b) => a - b)
      found.sessions.push({ ...state, subscriptions, inbound, will: kept.will && plainWill(kept.will) })
      found.order.push(sessionId)
    },
    entry: ({ sessionId, sequence, message, qos, retain, identifiers, packetId, released }) => {
      const entry = { sessionId, sequence, qos, retain, packetId, released }
      if (!known.has(sessionId)) throw new Error(`an entry of ${sessionId} came before its session`)
      found.entries.push({ ...entry, message: plain(message), identifiers: [...identifiers] })
    },
    retained: ({ message, account, retainedAt }) =>
      found.retained.push({ message: plain(message), account, retainedAt }),
  })
  found.sessions.sort((a, b) => (a.sessionId < b.sessionId ? -1 : 1))
  // The sort is stable: within a session the order is the store's.
  found.entries.sort((a, b) => (a.sessionId === b.sessionId ? 0 : a.sessionId < b.sessionId ? -1 : 1))
  return found
}

function plain({ topic, payload, qos, properties }: StoredMessage): StoredMessage {
  const kept = properties && {
    encoded: properties.encoded && Buffer.from(properties.encoded),
    expiresAt: properties.expiresAt,
  }
  return { topic, payload: Buffer.from(payload), qos, properties: kept }
}

export function session(sessionId: string, offlineSince: number): Extract<Change, { kind: 'session' }> {
  return {
    kind: 'session',
    sessionId,
    owner: `owner of ${sessionId}`,
    account: accountOf(sessionId),
    offlineSince,
    expiryMs,
  }
}

export const expiryMs = 604_800_000
export const plainOptions = { noLocal: false, retainAsPublished: false, identifier: 0 }

export function subscribed(sessionId: string, filter: string, given: Partial<StoredSubscription>): Change {
  return { kind: 'subscription', sessionId, filter, qos: 1, ...plainOptions, ...given }
}

export function will(clientId: string): StoredWill {
  const message = { topic: `gone/${clientId}`, payload: Buffer.from('gone'), qos: 1 as const, retain: true }
  return { clientId, ...message, delaySeconds: 30, expirySeconds: -1, properties: null }
}

export function left(given: StoredWill | null): Extract<Change, { kind: 'will' }> {
  return { kind: 'will', sessionId: '', will: given }
}

function plainWill({ payload, properties, ...rest }: StoredWill): StoredWill {
  return { ...rest, payload: Buffer.from(payload), properties: properties && Buffer.from(properties) }
}

export function accountOf(sessionId: string): QuotaAccount {
  return { owner: `payer of ${sessionId}`, group: `group of ${sessionId}` }
}

export function message(topic: string): StoredMessage {
  return { topic, payload: Buffer.from(`payload of ${topic}`), qos: 1, properties: null }
}

export function retainedAt(
  topic: string,
  at: number,
  account: QuotaAccount | null = null,
): Extract<Change, { kind: 'retained' }> {
  return { kind: 'retained', message: message(topic), account, retainedAt: at }
}

export function queued(sessionId: string, sequence: number, given: Partial<StoredEntry>): Change {
  const base = { qos: 1 as const, retain: false, identifiers: [], packetId: 0, released: false }
  return { kind: 'queued', sessionId, sequence, message: message(`t/${sequence}`), ...base, ...given }
}
