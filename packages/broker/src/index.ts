export { createBroker } from './create-broker.js'
export { TypedEmitter } from './events.js'
export { networkOf } from './fairness/addresses.js'
export { TokenBucket } from './fairness/token-bucket.js'
export { type BrokerLimits, defaultLimits } from './limits.js'
export { filterMatches, filterProblem, topicProblem } from './packets/topic.js'
export { MemoryPersistence } from './persistence/memory-persistence.js'
export type {
  Change,
  Persistence,
  Restore,
  StoredEntry,
  StoredMessage,
  StoredSession,
} from './persistence/persistence.js'
export type {
  AuthenticateResult,
  Broker,
  BrokerEvents,
  BrokerHooks,
  BrokerLogger,
  BrokerOptions,
  BrokerStats,
  ClientBacklog,
  ClientInfo,
  ConnectRequest,
  DisconnectReason,
  MaybePromise,
  PublishDecision,
  PublishedMessage,
  Qos,
  RefusalReason,
  Transport,
} from './types.js'
