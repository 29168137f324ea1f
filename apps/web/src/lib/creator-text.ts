import type { ApiKey } from '@heliograph/protocol'

/** Who created something, after `by`: `Ada`, `the API key Provisioning`. */
export function creatorText(createdBy: ApiKey['createdBy']): string {
  if (createdBy === null) return 'somebody unknown'
  return createdBy.kind === 'person' ? createdBy.name : `the API key ${createdBy.name}`
}
