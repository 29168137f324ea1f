'use client'

import type { Member, Role } from '@heliograph/protocol'
import { UserPlus } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { Button } from '@/components/button'
import { Loaded } from '@/components/loaded'
import { Skeleton } from '@/components/skeleton'
import { Table, Th, ThActions } from '@/components/table'
import { useMay, useOrganization } from '@/lib/organization'
import { Invitations } from './invitations'
import { MemberRow } from './member-row'
import { useMembers } from './use-members'

const InviteDialog = dynamic(() => import('./invite-dialog').then((m) => m.InviteDialog))
const RemoveDialog = dynamic(() => import('./remove-dialog').then((m) => m.RemoveDialog))
const TransferDialog = dynamic(() => import('./transfer-dialog').then((m) => m.TransferDialog))
const LowerRoleDialog = dynamic(() => import('./lower-role-dialog').then((m) => m.LowerRoleDialog))
const LimitDialog = dynamic(() => import('./limit-dialog').then((m) => m.LimitDialog))

/** What a person is asked about a member. */
type Asked = { kind: 'remove' | 'limit'; member: Member } | { kind: 'lower'; member: Member; role: Role }

/** The people of the organization, and the invitations of those who manage them. */
export function Members() {
  const { name } = useOrganization()
  const manages = useMay()('members.manage')
  const [inviting, setInviting] = useState(false)
  const [transferring, setTransferring] = useState(false)
  const isAlone = (useMembers().data?.items.length ?? 0) < 2
  const mayTransfer = useMay()('organization.transfer') && !isAlone
  const [asked, ask] = useState<Asked | null>(null)
  const close = () => ask(null)
  return (
    <div className="flex max-w-5xl flex-col gap-8">
      <section aria-labelledby="members-title">
        <header className="mb-4 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
          <div>
            <h2 id="members-title" className="text-16 font-semibold">
              Members
            </h2>
            <p className="mt-0.5 text-13 text-ink-soft">
              The people of {name}, and what each of them may do.
            </p>
          </div>
          <div className="flex flex-wrap gap-2">
            {mayTransfer && <Button onClick={() => setTransferring(true)}>Transfer ownership</Button>}
            {manages && (
              <Button variant="primary" onClick={() => setInviting(true)}>
                <UserPlus aria-hidden />
                Invite person
              </Button>
            )}
          </div>
        </header>
        <MemberTable
          onRemove={(member) => ask({ kind: 'remove', member })}
          onLower={(member, role) => ask({ kind: 'lower', member, role })}
          onLimit={(member) => ask({ kind: 'limit', member })}
        />
      </section>
      {manages && <Invitations />}
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
      {transferring && <TransferDialog onClose={() => setTransferring(false)} />}
      {asked?.kind === 'remove' && <RemoveDialog member={asked.member} onClose={close} />}
      {asked?.kind === 'limit' && <LimitDialog member={asked.member} onClose={close} />}
      {asked?.kind === 'lower' && <LowerRoleDialog member={asked.member} role={asked.role} onClose={close} />}
    </div>
  )
}

interface MemberTableProps {
  onRemove: (member: Member) => void
  onLower: (member: Member, role: Role) => void
  onLimit: (member: Member) => void
}

function MemberTable(props: MemberTableProps) {
  const manages = useMay()('members.manage')
  return (
    <Loaded
      query={useMembers()}
      failure="The members could not be loaded"
      skeleton={<Skeleton className="h-40 w-full rounded-outer" />}
    >
      {({ items }) => (
        <Table>
          <thead>
            <tr>
              <Th>Name</Th>
              <Th>Role</Th>
              <Th className="max-md:hidden">Since</Th>
              {manages && <Th className="max-md:hidden">Last sign-in</Th>}
              <ThActions />
            </tr>
          </thead>
          <tbody>
            {items.map((member) => (
              <MemberRow key={member.id} member={member} {...props} />
            ))}
          </tbody>
        </Table>
      )}
    </Loaded>
  )
}
