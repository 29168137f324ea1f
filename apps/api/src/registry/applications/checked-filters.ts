import { applicationPublishProblem, applicationSubscribeProblem } from '@heliograph/protocol'
import { type FieldError, InvalidError } from '../../foundation/errors/domain-errors.js'

interface Filters {
  subscribe?: readonly string[] | undefined
  publish?: readonly string[] | undefined
}

/** Throws an InvalidError that names each filter that an application of this organization may not have. */
export function assertFilters(organizationSlug: string, { subscribe = [], publish = [] }: Filters): void {
  const errors = [
    ...problems('subscribe', subscribe, (filter) => applicationSubscribeProblem(organizationSlug, filter)),
    ...problems('publish', publish, (filter) => applicationPublishProblem(organizationSlug, filter)),
  ]
  if (errors.length === 0) return
  throw new InvalidError('Not all topic filters can be granted.', 'invalid_filter', errors)
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
