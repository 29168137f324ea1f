'use client'

import { OrganizationUsage } from '@heliograph/protocol'
import { useQuery } from '@tanstack/react-query'
import { request } from '@/lib/api'
import { useOrganization } from '@/lib/organization'

const loadAgainEveryMs = 15_000

/** What the organization uses of its quotas. */
export function useUsage() {
  const { slug } = useOrganization()
  return useQuery({
    queryKey: ['organizations', slug, 'usage'],
    queryFn: ({ signal }) =>
      request('/api/v1/organization/usage', { schema: OrganizationUsage, org: slug, signal }),
    refetchInterval: loadAgainEveryMs,
  })
}
