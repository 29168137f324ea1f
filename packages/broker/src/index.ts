export { createBroker } from './create-broker.js'
export { networkOf } from './fairness/addresses.js'
export { TokenBucket } from './fairness/token-bucket.js'
export { raiseInliningBudget } from './inlining-budget.js'
export type {
  Broker,
  BrokerEvents,
  BrokerOptions,
  BrokerStats,
  ClientBacklog,
  HostMessage,
} from './interface/broker.js'
export type {
  AuthenticateResult,
  BrokerHooks,
  ConnectRequest,
  PublishDecision,
  PublishRefusal,
} from './interface/hooks.js'
export type { StatedLimit } from './interface/limits/stated-limit.js'
export { type BrokerLimits, defaultLimits, statedLimits } from './interface/limits.js'
export type {
  Change,
  Persistence,
  QuotaAccount,
  Restore,
  StoredEntry,
  StoredMessage,
  StoredProperties,
  StoredRetained,
  StoredSession,
  StoredSessionState,
  StoredSubscription,
  StoredWill,
} from './interface/persistence.js'
export { type PublishRefusalCode, ReasonCode } from './interface/reason-code.js'
export { TypedEmitter } from './interface/typed-emitter.js'
export type {
  BrokerLogger,
  ClientInfo,
  DisconnectReason,
  MaybePromise,
  ProtocolVersion,
  PublishedMessage,
  PublishedProperties,
  Qos,
  RefusalReason,
  Transport,
  UnretainedReason,
  UserProperty,
} from './interface/types.js'
export { filterMatches, filterProblem, topicProblem } from './packets/topic.js'
export { MemoryPersistence } from './persistence/memory-persistence.js'
