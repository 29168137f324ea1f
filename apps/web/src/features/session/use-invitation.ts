'use client'

import { type AcceptInvitation, InvitationDetails, Organization } from '@heliograph/protocol'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useSyncExternalStore } from 'react'
import { request } from '@/lib/api'
import { paths } from '@/lib/paths'

/** The token in the fragment of the address; null until the page runs in a browser. */
export function useInvitationToken(): string | null {
  return useSyncExternalStore(
    listenToFragment,
    () => window.location.hash.slice(1),
    () => null,
  )
}

function listenToFragment(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

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

/** Accepts the invitation, and goes to the organization; `prepare` runs in between. */
export function useAccept() {
  const router = useRouter()
  const queryClient = useQueryClient()
  return async (body: AcceptInvitation, prepare: () => Promise<void> = async () => {}): Promise<void> => {
    const call = { method: 'POST', body, schema: Organization } as const
    const { slug } = await request('/api/v1/invitations/accept', call)
    await prepare()
    queryClient.clear()
    router.replace(paths.overview(slug))
  }
}
