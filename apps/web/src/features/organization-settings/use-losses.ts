'use client'

import { ApiKeyPage, ApplicationPage, MemberPage, OrganizationUsage } from '@heliograph/protocol'
import { useQuery } from '@tanstack/react-query'
import { request } from '@/lib/api'
import { useOrganization } from '@/lib/organization'

/** What is lost with the organization. */
export function useLosses() {
  const { slug: org } = useOrganization()
  return useQuery({
    queryKey: ['organizations', org, 'losses'],
    queryFn: async ({ signal }) => {
      const [usage, members, keys, applications] = await Promise.all([
        request('/api/v1/organization/usage', { schema: OrganizationUsage, org, signal }),
        request('/api/v1/members', { schema: MemberPage, org, signal }),
        request('/api/v1/api-keys', { schema: ApiKeyPage, org, signal }),
        request('/api/v1/applications', { schema: ApplicationPage, org, signal }),
      ])
      return {
        devices: usage.devices.used ?? 0,
        telemetryBytes: usage.storedBytes.used,
        members: members.items.length,
        apiKeys: keys.items.length,
        applications: applications.items.length,
      }
    },
    staleTime: 0,
  })
}
