'use client'

import { ApiKeyPage } from '@heliograph/protocol'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from '@/lib/api'
import { useOrganization } from '@/lib/organization'

const apiKeysKey = (org: string) => ['organizations', org, 'api-keys'] as const

export function useApiKeys() {
  const { slug } = useOrganization()
  return useQuery({
    queryKey: apiKeysKey(slug),
    queryFn: ({ signal }) =>
      request('/api/v1/api-keys', { schema: ApiKeyPage, query: { limit: 500 }, org: slug, signal }),
  })
}

/** Loads the keys anew, after one of them was changed. */
export function useRefreshApiKeys(): () => void {
  const { slug } = useOrganization()
  const queryClient = useQueryClient()
  return () => void queryClient.invalidateQueries({ queryKey: apiKeysKey(slug) })
}
