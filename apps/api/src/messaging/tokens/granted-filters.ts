import {
  appsFilter,
  type CreateMqttToken,
  canSubscribe,
  deviceOfFilter,
  filterContains,
  filterProblem,
  may,
  organizationFilter,
  rolesText,
} from '@heliograph/protocol'
import { type FieldError, ForbiddenError, InvalidError } from '../../foundation/errors/domain-errors.js'
import type { Principal } from '../../foundation/principal/principal.js'

export interface GrantedFilters {
  subscribe: string[]
  publish: string[]
}

/**
 * The filters of a token: those requested, if the caller may have them. Throws an error that names a filter otherwise. With a
 * tag limit each filter names one device, and whether the caller sees it is left to `SeenDevices`.
 */
export function grantFilters(principal: Principal, requested: CreateMqttToken): GrantedFilters {
  const org = principal.organizationSlug
  const everything = organizationFilter(org)
  const subscribe = requested.subscribe ?? [everything]
  const publish = requested.publish ?? []
  const errors = [...problems('subscribe', subscribe), ...problems('publish', publish)]
  if (errors.length > 0) throw new InvalidError('Not all topic filters are valid.', 'invalid_filter', errors)

  const reader = { kind: 'person', org, subscribe: [everything], publish: [] } as const
  for (const filter of subscribe) {
    if (!canSubscribe(reader, filter)) throw denied(filter, `it reaches beyond ${everything}`)
    if (principal.tags !== null && requested.subscribe !== undefined && deviceOfFilter(filter) === null)
      throw denied(filter, 'you see only devices with certain tags, so each filter has to name one device')
  }
  const writable = appsFilter(org)
  for (const filter of publish) {
    if (!principal.permissions.has('apps.publish')) throw denied(filter, whyNotPublish(principal))
    if (!filterContains(writable, filter)) throw denied(filter, `it reaches beyond ${writable}`)
  }
  return { subscribe: [...new Set(subscribe)], publish: [...new Set(publish)] }
}

function whyNotPublish({ role, tags }: Principal): string {
  if (!may(role, 'apps.publish')) return `publishing requires the role ${rolesText('apps.publish')}`
  return tags === null
    ? 'publishing requires the scope apps.publish'
    : 'apps belong to the whole organization, and you see only devices with certain tags'
}

function problems(field: 'subscribe' | 'publish', filters: readonly string[]): FieldError[] {
  return filters.flatMap((filter, index) => {
    const problem = filter.startsWith('$') ? 'must not begin with $' : filterProblem(filter)
    return problem === null ? [] : [{ path: `${field}[${index}]`, message: problem }]
  })
}

function denied(filter: string, why: string): ForbiddenError {
  return new ForbiddenError(`${filter} cannot be granted: ${why}.`, 'filter_denied')
}
