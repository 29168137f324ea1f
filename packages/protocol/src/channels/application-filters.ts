import { z } from 'zod'
import { filterContains, filterProblem, levelsOverlap } from '../topics/topic.js'
import { channel } from './channel.js'
import { channels, command, organizationFilter } from './channels.js'

const belowApps = channel('{org}/apps/{rest*}', {
  title: 'Apps',
  description: 'All topics of applications.',
  payload: z.unknown(),
  publishedBy: 'granted',
  qos: 1,
})

/** The filter that matches all topics of an organization at which any payload is allowed. */
export function appsFilter(org: string): string {
  return belowApps.filter({ org })
}

/** Says why an application may not be granted subscribing to a filter, or null when it may. */
export function applicationSubscribeProblem(org: string, filter: string): string | null {
  const problem = plainFilterProblem(filter)
  if (problem !== null) return problem
  const everything = organizationFilter(org)
  if (!filterContains(everything, filter)) return `reaches beyond ${everything}`
  const levels = filter.split('/')
  const isOfChannel = Object.values(channels).some((one) =>
    levelsOverlap(one.filter({ org }).split('/'), levels),
  )
  return isOfChannel ? null : 'matches the topics of no channel'
}

/**
 * Says why an application may not be granted publishing to a filter, or null when it may: it publishes below `apps/`, and
 * commands to devices. What devices and the platform say, nobody says for them.
 */
export function applicationPublishProblem(org: string, filter: string): string | null {
  const problem = plainFilterProblem(filter)
  if (problem !== null) return problem
  const writable = [appsFilter(org), command.filter({ org })]
  if (writable.some((outer) => filterContains(outer, filter))) return null
  return `reaches beyond ${writable.join(' and ')}`
}

function plainFilterProblem(filter: string): string | null {
  return filter.startsWith('$') ? 'must not begin with $' : filterProblem(filter)
}
