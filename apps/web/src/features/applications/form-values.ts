import {
  type Application,
  applicationPublishProblem,
  applicationSubscribeProblem,
  appsFilter,
} from '@heliograph/protocol'

/** Which web pages may connect. */
export type OriginChoice = 'any' | 'listed' | 'none'

/** What is typed into the form of an application: filters and origins one a line. */
export interface ApplicationValues {
  name: string
  subscribe: string
  publish: string
  originChoice: OriginChoice
  origins: string
}

/** Of a new application: all that applications say to each other. */
export function newValues(org: string): ApplicationValues {
  const apps = appsFilter(org)
  return { name: '', subscribe: apps, publish: apps, originChoice: 'any', origins: '' }
}

export function valuesOf({ name, subscribe, publish, origins }: Application): ApplicationValues {
  return {
    name,
    subscribe: subscribe.join('\n'),
    publish: publish.join('\n'),
    originChoice: origins === null ? 'any' : origins.length === 0 ? 'none' : 'listed',
    origins: (origins ?? []).join('\n'),
  }
}

/** The body of the request that creates or changes an application. */
export function toBody({ name, subscribe, publish, originChoice, origins }: ApplicationValues) {
  const listed = { any: null, none: [], listed: linesOf(origins) }[originChoice]
  return { name, subscribe: linesOf(subscribe), publish: linesOf(publish), origins: listed }
}

/** The first line with a filter that cannot be granted, and why. */
export function filterProblem(kind: 'subscribe' | 'publish', org: string, text: string): string | undefined {
  const problemOf = kind === 'subscribe' ? applicationSubscribeProblem : applicationPublishProblem
  for (const [index, line] of text.split('\n').entries()) {
    const filter = line.trim()
    const problem = filter === '' ? null : problemOf(org, filter)
    if (problem !== null) return `line ${index + 1}, ${filter}: ${problem}`
  }
  return undefined
}

/** The text with another line at its end, unless it is there already. */
export function withLine(text: string, line: string): string {
  return [...new Set([...linesOf(text), line])].join('\n')
}

export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}
