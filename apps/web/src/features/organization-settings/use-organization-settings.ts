'use client'

import { OrganizationSettings, type UpdateOrganization } from '@heliograph/protocol'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from '@/lib/api'
import { meKey } from '@/lib/me-key'
import { useOrganization } from '@/lib/organization'

const PATH = '/api/v1/organization'

const settingsKey = (org: string) => ['organizations', org, 'settings'] as const

export function useOrganizationSettings() {
  const { slug } = useOrganization()
  return useQuery({
    queryKey: settingsKey(slug),
    queryFn: ({ signal }) => request(PATH, { schema: OrganizationSettings, org: slug, signal }),
  })
}

/** Saves changed settings, and shows them as they are then. The name is in the navigation too. */
export function useSaveSettings(): (change: UpdateOrganization) => Promise<OrganizationSettings> {
  const { slug } = useOrganization()
  const queryClient = useQueryClient()
  return async (change) => {
    const saved = await request(PATH, {
      method: 'PATCH',
      body: change,
      schema: OrganizationSettings,
      org: slug,
    })
    queryClient.setQueryData(settingsKey(slug), saved)
    if (change.name !== undefined) await queryClient.invalidateQueries({ queryKey: meKey })
    return saved
  }
}
