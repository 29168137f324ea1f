export { canPublish, canSubscribe, type MqttPrincipal } from './access.js'
export { asyncApiDocument } from './asyncapi.js'
export {
  type Channel,
  type ChannelOptions,
  type ChannelParameters,
  channel,
  type Publisher,
} from './channel.js'
export {
  app,
  channels,
  command,
  desired,
  deviceChannels,
  deviceFilter,
  deviceOf,
  events,
  fleet,
  notices,
  organizationFilter,
  presence,
  reply,
  reported,
  telemetry,
} from './channels.js'
export { type DeviceStatus, deviceStatus, deviceStatuses, type PresenceFacts } from './device-status.js'
export { DeviceId, OrganizationSlug, suggestDeviceId, suggestSlug } from './ids.js'
export { formatPath, PayloadError } from './payload-error.js'
export * from './payloads/device.js'
export { isPlainEvent } from './payloads/plain-event.js'
export { isPlainEventJson } from './payloads/plain-event-json.js'
export { plainTelemetry } from './payloads/plain-telemetry.js'
export * from './payloads/platform.js'
export * from './payloads/telemetry.js'
export * from './rest/account.js'
export * from './rest/common.js'
export * from './rest/credential.js'
export * from './rest/device.js'
export * from './rest/mqtt-token.js'
export * from './rest/overview.js'
export * from './rest/telemetry.js'
export { parseTime } from './time.js'
export { filterContains, filterMatches, filterProblem, topicProblem, unsharedFilter } from './topic.js'
