import { applicationPublishProblem, applicationSubscribeProblem } from '@heliograph/protocol'
import { type FieldError, InvalidError } from '../../foundation/errors/domain-errors.js'
import { assertMay } from '../../foundation/principal/assert-may.js'
import type { Principal } from '../../foundation/principal/principal.js'

interface Filters {
  subscribe?: readonly string[] | undefined
  publish?: readonly string[] | undefined
}

/**
 * Throws an InvalidError that names each filter that an application of this organization may not have, and a ForbiddenError when
 * the caller grants what it may not do itself, as an API key with few scopes may be.
 */
export function assertFilters(principal: Principal, { subscribe = [], publish = [] }: Filters): void {
  const { organizationSlug } = principal
  const errors = [
    ...problems('subscribe', subscribe, (filter) => applicationSubscribeProblem(organizationSlug, filter)),
    ...problems('publish', publish, (filter) => applicationPublishProblem(organizationSlug, filter)),
  ]
  if (errors.length > 0)
    throw new InvalidError('Not all topic filters can be granted.', 'invalid_filter', errors)
  assertMayGrant(principal, { subscribe, publish })
}

/** Throws a ForbiddenError when the caller may not do itself what the filters let an application do. */
export function assertMayGrant(principal: Principal, { subscribe = [], publish = [] }: Filters): void {
  if (subscribe.length > 0) assertMay(principal, 'topics.subscribe')
  if (publish.length > 0) assertMay(principal, 'apps.publish')
}

function problems(
  field: keyof Filters,
  filters: readonly string[],
  problemOf: (filter: string) => string | null,
): FieldError[] {
  return filters.flatMap((filter, index) => {
    const problem = problemOf(filter)
    return problem === null ? [] : [{ path: `${field}[${index}]`, message: problem }]
  })
}
