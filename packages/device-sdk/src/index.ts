export type { Access } from './access.js'
export type {
  Client,
  ClientEvents,
  ClientStats,
  PublishOptions,
} from './client.js'
export type { ConnectionState, ConnectionStatus } from './connection-state.js'
export { connectDevice, type Device, type DeviceOptions } from './device.js'
export type { Unsubscribe } from './emitter.js'
export { ClosedError, DroppedError, RefusedError, SubscriptionDeniedError } from './errors.js'
export type { IncomingMessage, Qos } from './link.js'
export type { CommonOptions } from './options.js'
export { connectPerson, type PersonOptions, type PersonToken, type TokenRequest } from './person.js'
export { type SimulatedKind, type SimulatedSignals, simulatedKinds, simulatedSignals } from './signals.js'
export type { Received } from './subscriptions.js'
