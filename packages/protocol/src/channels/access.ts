import {
  filterContains,
  filterMatches,
  filterProblem,
  levelsOverlap,
  topicProblem,
  unsharedFilter,
} from '../topics/topic.js'
import { app, channels, command, deviceChannels, deviceFilter, organizationFilter } from './channels.js'

/** The identity behind an MQTT connection. `subscribe` and `publish` are the topic filters that a token or an application was granted. */
export type MqttPrincipal =
  | { kind: 'device'; org: string; device: string }
  | { kind: 'person'; org: string; subscribe: readonly string[]; publish: readonly string[] }
  | { kind: 'application'; org: string; subscribe: readonly string[]; publish: readonly string[] }
  | { kind: 'platform' }

const devicePublishes = Object.values(deviceChannels).filter((channel) => channel.publishedBy === 'device')

/**
 * Tells whether a principal may publish to a topic. A device may publish to its own channels that devices publish, a
 * person to granted topics under its organization's `apps/`, an application also to granted commands of its organization's
 * devices, and the platform to any topic.
 */
export function canPublish(principal: MqttPrincipal, topic: string): boolean {
  if (topicProblem(topic) !== null) return false
  switch (principal.kind) {
    case 'platform':
      return true
    case 'device':
      return devicePublishes.some((channel) => {
        const parameters = channel.match(topic)
        return (
          parameters !== null && parameters.org === principal.org && parameters.device === principal.device
        )
      })
    case 'person':
      return app.match(topic)?.org === principal.org && isGranted(principal.publish, topic)
    case 'application':
      return (
        (app.match(topic) ?? command.match(topic))?.org === principal.org &&
        isGranted(principal.publish, topic)
      )
  }
}

function isGranted(filters: readonly string[], topic: string): boolean {
  return filters.some((granted) => filterMatches(granted, topic))
}

const retainedChannels = Object.values(channels).filter((channel) => channel.retained !== undefined)

/** Tells whether a message may be retained on a topic: only on a channel that declares it. */
export function canRetain(topic: string): boolean {
  return retainedChannels.some((channel) => channel.match(topic) !== null)
}

/**
 * Tells whether a principal may subscribe to a filter: it may when it may read every topic that the filter can match.
 * A device reads all topics below its own address, by filters that a channel can match; a person or an application reads the topics of its granted filters,
 * inside its organization. For a shared subscription the filter behind `$share/{group}/` counts.
 */
export function canSubscribe(principal: MqttPrincipal, filter: string): boolean {
  const plain = unsharedFilter(filter)
  if (plain === null || filterProblem(plain) !== null) return false
  switch (principal.kind) {
    case 'platform':
      return true
    case 'device':
      return filterContains(deviceFilter(principal), plain) && matchesChannel(principal, plain)
    case 'person':
    case 'application':
      return (
        filterContains(organizationFilter(principal.org), plain) &&
        principal.subscribe.some((granted) => filterContains(granted, plain))
      )
  }
}

/** Whether a message of some channel of the device can match the filter: others would only take memory. */
function matchesChannel(device: DevicePrincipal, filter: string): boolean {
  const levels = filter.split('/')
  return channelLevels(device).some((channel) => levelsOverlap(channel, levels))
}

type DevicePrincipal = Extract<MqttPrincipal, { kind: 'device' }>

const levelsOfDevices = new WeakMap<DevicePrincipal, string[][]>()

/** The levels of the filters of a device's channels: a packet may have a thousand filters to compare with them. */
function channelLevels(principal: DevicePrincipal): string[][] {
  const known = levelsOfDevices.get(principal)
  if (known !== undefined) return known
  const { org, device } = principal
  const levels = Object.values(deviceChannels).map((channel) => channel.filter({ org, device }).split('/'))
  levelsOfDevices.set(principal, levels)
  return levels
}
