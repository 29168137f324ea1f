import { useOrganization } from '@/lib/organization'

/** Which audit is read: its address, and the organization that the calls act in. */
export interface AuditSource {
  path: string
  org?: string
  queryKey: readonly string[]
}

export function useOrganizationAudit(): AuditSource {
  const { slug } = useOrganization()
  return { path: '/api/v1/audit', org: slug, queryKey: ['organizations', slug, 'audit'] }
}

export const platformAudit: AuditSource = {
  path: '/api/v1/platform/audit',
  queryKey: ['platform', 'audit'],
}
