'use client'

import {
  type CreateInvitation,
  InvitationPage,
  IssuedInvitation,
  Member,
  MemberPage,
  type UpdateMember,
} from '@heliograph/protocol'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from '@/lib/api'
import { meKey } from '@/lib/me-key'
import { useOrganization } from '@/lib/organization'

const MEMBERS = '/api/v1/members'
const INVITATIONS = '/api/v1/invitations'

const peopleKey = (org: string) => ['organizations', org, 'people'] as const
const membersKey = (org: string) => [...peopleKey(org), 'members'] as const
const invitationsKey = (org: string) => [...peopleKey(org), 'invitations'] as const

/** The members. Somebody may join at any time, so they are loaded again while they are shown. */
export function useMembers() {
  const { slug } = useOrganization()
  return useQuery({
    queryKey: membersKey(slug),
    queryFn: ({ signal }) => request(MEMBERS, { schema: MemberPage, org: slug, signal }),
    refetchInterval: 15_000,
  })
}

/** The invitations that can still be accepted. */
export function useInvitations() {
  const { slug } = useOrganization()
  return useQuery({
    queryKey: invitationsKey(slug),
    queryFn: ({ signal }) => request(INVITATIONS, { schema: InvitationPage, org: slug, signal }),
    refetchInterval: 15_000,
  })
}

/** The calls that change members and invitations. Each loads both lists anew. */
export function usePeopleCalls() {
  const { slug } = useOrganization()
  const queryClient = useQueryClient()
  const changed = () => queryClient.invalidateQueries({ queryKey: peopleKey(slug) })
  return {
    async change(user: string, body: UpdateMember): Promise<void> {
      await request(`${MEMBERS}/${user}`, { method: 'PATCH', body, schema: Member, org: slug })
      await Promise.all([changed(), queryClient.invalidateQueries({ queryKey: meKey })])
    },
    async transfer(to: string): Promise<void> {
      await request('/api/v1/organization/transfer', { method: 'POST', body: { to }, org: slug })
      await Promise.all([changed(), queryClient.invalidateQueries({ queryKey: meKey })])
    },
    async remove(user: string): Promise<void> {
      await request(`${MEMBERS}/${user}`, { method: 'DELETE', org: slug })
      await changed()
    },
    async invite(body: CreateInvitation): Promise<IssuedInvitation> {
      const issued = await request(INVITATIONS, { method: 'POST', body, schema: IssuedInvitation, org: slug })
      await changed()
      return issued
    },
    async revoke(invitation: string): Promise<void> {
      await request(`${INVITATIONS}/${invitation}`, { method: 'DELETE', org: slug })
      await changed()
    },
  }
}
