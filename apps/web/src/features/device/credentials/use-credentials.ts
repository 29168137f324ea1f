'use client'

import { CredentialPage } from '@heliograph/protocol'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from '@/lib/api'
import { deviceApi, deviceKey } from '@/lib/device-queries'
import { useOrganization } from '@/lib/organization'
import { useCurrentDevice } from '../device-context'

const REFRESH_MS = 5_000

export function useCredentials() {
  const { slug } = useOrganization()
  const { id } = useCurrentDevice()
  return useQuery({
    queryKey: [...deviceKey(slug, id), 'credentials'],
    // No message announces the last use, which tells whether a credential can be revoked without harm.
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) =>
      request(`${deviceApi(id)}/credentials`, {
        schema: CredentialPage,
        query: { limit: 500 },
        org: slug,
        signal,
      }),
  })
}

/** Loads the credentials anew, after one of them was changed. */
export function useRefreshCredentials(): () => void {
  const { slug } = useOrganization()
  const { id } = useCurrentDevice()
  const queryClient = useQueryClient()
  return () => void queryClient.invalidateQueries({ queryKey: deviceKey(slug, id) })
}
