import {
  filterContains,
  filterMatches,
  filterProblem,
  topicProblem,
  unsharedFilter,
} from '../topics/topic.js'
import { app, deviceChannels, deviceFilter, organizationFilter } from './channels.js'

/** Who speaks on an MQTT connection. `subscribe` and `publish` are the topic filters a token was granted. */
export type MqttPrincipal =
  | { kind: 'device'; org: string; device: string }
  | { kind: 'person'; org: string; subscribe: readonly string[]; publish: readonly string[] }
  | { kind: 'platform' }

const devicePublishes = Object.values(deviceChannels).filter((channel) => channel.publishedBy === 'device')

/**
 * Whether a principal may publish to a topic: a device to its own channels that devices publish; a
 * person to granted topics under its organization's `apps/`; the platform anywhere.
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
      return (
        app.match(topic)?.org === principal.org &&
        principal.publish.some((granted) => filterMatches(granted, topic))
      )
  }
}

/**
 * Whether a principal may subscribe to a filter: only when everything that it can match may be read.
 * A device reads all below its own address; a person what one of its granted filters contains,
 * inside its organization. A shared subscription is judged by the filter behind it.
 */
export function canSubscribe(principal: MqttPrincipal, filter: string): boolean {
  const plain = unsharedFilter(filter)
  if (plain === null || filterProblem(plain) !== null) return false
  switch (principal.kind) {
    case 'platform':
      return true
    case 'device':
      return filterContains(deviceFilter(principal), plain)
    case 'person':
      return (
        filterContains(organizationFilter(principal.org), plain) &&
        principal.subscribe.some((granted) => filterContains(granted, plain))
      )
  }
}
