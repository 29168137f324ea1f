export * from './access/permissions.js'
export * from './access/roles.js'
export * from './access/scopes.js'
export { canPublish, canRetain, canSubscribe, type MqttPrincipal } from './channels/access.js'
export {
  applicationPublishProblem,
  applicationSubscribeProblem,
  appsFilter,
} from './channels/application-filters.js'
export { asyncApiDocument } from './channels/asyncapi.js'
export {
  type Channel,
  type ChannelOptions,
  type ChannelParameters,
  channel,
  type Publisher,
} from './channels/channel.js'
export {
  app,
  channels,
  command,
  desired,
  deviceChannels,
  deviceFilter,
  deviceOf,
  deviceOfFilter,
  events,
  fleet,
  notices,
  organizationFilter,
  presence,
  reply,
  reported,
  telemetry,
} from './channels/channels.js'
export {
  type CsvDialect,
  csvDecimals,
  csvDelimiters,
  csvLine,
  type SampleCsvOptions,
  sampleCsvHead,
  sampleCsvLine,
  standardCsv,
} from './common/csv.js'
export {
  type DeviceStatus,
  deviceStatus,
  deviceStatuses,
  type PresenceFacts,
} from './common/device-status.js'
export { DeviceId, fileNameOf, OrganizationSlug, suggestDeviceId, suggestSlug } from './common/ids.js'
export { Tag } from './common/tags.js'
export { formatTime, isTimeZone, parseTime } from './common/time.js'
export { isOfSetClock } from './common/timestamp.js'
export * from './payloads/device.js'
export { checkJsonBounds, type JsonBounds } from './payloads/json-bounds.js'
export { PayloadError } from './payloads/payload-error.js'
export { parseJson, payloadText } from './payloads/payload-text.js'
export * from './payloads/platform.js'
export * from './payloads/reason-codes.js'
export * from './payloads/stored-time.js'
export * from './payloads/telemetry.js'
export * from './rest/account.js'
export * from './rest/api-key.js'
export * from './rest/application.js'
export * from './rest/audit.js'
export * from './rest/common.js'
export * from './rest/credential.js'
export * from './rest/device.js'
export * from './rest/member.js'
export * from './rest/mqtt-token.js'
export * from './rest/organization.js'
export * from './rest/overview.js'
export * from './rest/own-account.js'
export * from './rest/quotas.js'
export * from './rest/refusal.js'
export * from './rest/set-aside.js'
export * from './rest/sign-in.js'
export * from './rest/telemetry.js'
export { filterContains, filterMatches, filterProblem, topicProblem, unsharedFilter } from './topics/topic.js'
