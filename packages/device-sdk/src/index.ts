export type {
  Client,
  ClientEvents,
  ClientStats,
  PublishOptions,
} from './client/client.js'
export type { Unsubscribe } from './client/emitter.js'
export type { CommonOptions } from './client/options.js'
export type { Received } from './client/subscriptions.js'
export type { Access } from './connection/access.js'
export type { ConnectionState, ConnectionStatus } from './connection/connection-state.js'
export { ClosedError, DroppedError, RefusedError, SubscriptionDeniedError } from './connection/errors.js'
export type { IncomingMessage, Qos } from './connection/link.js'
export { connectDevice, type Device, type DeviceOptions } from './device/device.js'
export { connectPerson, type PersonOptions, type PersonToken, type TokenRequest } from './person/person.js'
export {
  type SimulatedKind,
  type SimulatedSignals,
  simulatedKinds,
  simulatedSignals,
} from './signals/signals.js'
