'use client'

import { OrganizationSettings } from '@heliograph/protocol'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from '@/lib/api'
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

/** Saves another retention, and shows the settings as they are then. */
export function useSaveRetention(): (retentionDays: number | null) => Promise<void> {
  const { slug } = useOrganization()
  const queryClient = useQueryClient()
  return async (retentionDays) => {
    const saved = await request(PATH, {
      method: 'PATCH',
      body: { retentionDays },
      schema: OrganizationSettings,
      org: slug,
    })
    queryClient.setQueryData(settingsKey(slug), saved)
  }
}
