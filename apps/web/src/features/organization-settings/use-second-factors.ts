'use client'

import { MemberPage } from '@heliograph/protocol'
import { useQuery } from '@tanstack/react-query'
import { request } from '@/lib/api'
import { useOrganization } from '@/lib/organization'

/** The members, with what they can sign in beyond a password. */
export function useSecondFactors() {
  const { slug } = useOrganization()
  return useQuery({
    queryKey: ['organizations', slug, 'settings', 'second-factors'],
    queryFn: ({ signal }) => request('/api/v1/members', { schema: MemberPage, org: slug, signal }),
  })
}
