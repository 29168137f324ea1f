'use client'

import { ApplicationPage } from '@heliograph/protocol'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from '@/lib/api'
import { useOrganization } from '@/lib/organization'

const REFRESH_MS = 5_000

export const applicationsApi = '/api/v1/applications'

/** The address of one application. */
export function applicationApi(id: string): string {
  return `${applicationsApi}/${encodeURIComponent(id)}`
}

const applicationsKey = (org: string) => ['organizations', org, 'applications'] as const

export function useApplications() {
  const { slug } = useOrganization()
  return useQuery({
    queryKey: applicationsKey(slug),
    // No message announces that an application connects.
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) => request(applicationsApi, { schema: ApplicationPage, org: slug, signal }),
  })
}

/** Loads the applications anew, after one of them was changed. */
export function useRefreshApplications(): () => void {
  const { slug } = useOrganization()
  const queryClient = useQueryClient()
  return () => void queryClient.invalidateQueries({ queryKey: applicationsKey(slug) })
}
