'use client'

import { AcceptedInvitation, type AcceptInvitation, InvitationDetails } from '@heliograph/protocol'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { request } from '@/lib/api'
import { paths } from '@/lib/paths'

export function useInvitation(token: string) {
  return useQuery({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) =>
      request('/api/v1/invitations/read', {
        method: 'POST',
        body: { token },
        schema: InvitationDetails,
        signal,
      }),
    staleTime: 60_000,
  })
}

/**
 * Accepts the invitation, and goes to the organization; `prepare` runs in between. Resolves with the address that has to be
 * confirmed first, or null.
 */
export function useAccept() {
  const router = useRouter()
  const queryClient = useQueryClient()
  return async (
    body: AcceptInvitation,
    prepare: () => Promise<void> = async () => {},
  ): Promise<string | null> => {
    const call = { method: 'POST', body, schema: AcceptedInvitation } as const
    const { slug, mailedTo } = await request('/api/v1/invitations/accept', call)
    if (mailedTo !== null) return mailedTo
    await prepare()
    queryClient.clear()
    router.replace(paths.overview(slug))
    return null
  }
}
