'use client'

import { includesRole, type Member, mayHaveTagLimit, mayManageRole, type Role } from '@heliograph/protocol'
import { Badge } from '@/components/badge'
import { Button } from '@/components/button'
import { Td } from '@/components/table'
import { TimeAgo } from '@/components/time-ago'
import { useToast } from '@/components/toast'
import { explain } from '@/lib/explain'
import { formatDay } from '@/lib/format-time'
import { useMe } from '@/lib/me'
import { useMay, useOrganization } from '@/lib/organization'
import { RoleMenu } from './role-menu'
import { usePeopleCalls } from './use-members'

interface MemberRowProps {
  member: Member
  onRemove: (member: Member) => void
  /** A role that may do less is asked about first. */
  onLower: (member: Member, role: Role) => void
  onLimit: (member: Member) => void
}

export function MemberRow({ member, onRemove, onLower, onLimit }: MemberRowProps) {
  const { role } = useOrganization()
  const manages = useMay()('members.manage')
  const isSelf = useMe().data?.user.id === member.id
  const mayChange = mayManageRole(role, member.role)
  const raise = useRaise(member)
  return (
    <tr>
      <Td className="max-w-0 min-w-36 w-1/2 sm:min-w-56">
        <span className="flex items-center gap-2">
          <span className="truncate font-medium">{member.name}</span>
          {isSelf && <Badge>you</Badge>}
        </span>
        <span className="block truncate text-12 text-ink-faint">{member.email}</span>
      </Td>
      <Td className="whitespace-nowrap">
        {mayChange ? (
          <RoleMenu
            member={member}
            onChange={(next) => (includesRole(next, member.role) ? raise(next) : onLower(member, next))}
          />
        ) : (
          <Badge>{member.role}</Badge>
        )}
        {manages && mayHaveTagLimit(member.role) && <Sight member={member} onLimit={onLimit} />}
      </Td>
      <Td className="whitespace-nowrap text-ink-soft max-md:hidden">{formatDay(Date.parse(member.since))}</Td>
      {manages && (
        <Td className="whitespace-nowrap text-ink-soft max-md:hidden">
          {member.lastSignInAt ? <TimeAgo ts={Date.parse(member.lastSignInAt)} /> : 'Not known'}
          <span className="block text-12 text-ink-faint">{secondFactorText(member)}</span>
        </Td>
      )}
      <Td className="w-20 text-right max-sm:px-1">
        {(isSelf || mayChange) && (
          <Button
            size="sm"
            variant="ghost"
            aria-label={isSelf ? 'Leave the organization' : `Remove ${member.name}`}
            className="hover:text-refused-text"
            onClick={() => onRemove(member)}
          >
            {isSelf ? 'Leave' : 'Remove'}
          </Button>
        )}
      </Td>
    </tr>
  )
}

function secondFactorText({ secondFactor }: Member): string {
  switch (secondFactor) {
    case 'authenticatorApp':
      return 'two-factor'
    case 'passkey':
      return 'has a passkey'
    case 'openIdConnect':
      return 'OpenID provider'
    case null:
      return 'no two-factor'
  }
}

/** Which devices a member sees, as a button that changes it. */
function Sight({ member, onLimit }: Pick<MemberRowProps, 'member' | 'onLimit'>) {
  const sees = member.tags === null ? 'all devices' : `devices tagged ${member.tags.join(' or ')}`
  return (
    <button
      type="button"
      aria-label={`${member.name} sees ${sees}. Change`}
      className="block max-w-28 text-left text-12 wrap-anywhere whitespace-normal text-ink-faint underline decoration-line-strong underline-offset-2 hover:text-ink sm:max-w-56"
      onClick={() => onLimit(member)}
    >
      {sees}
    </button>
  )
}

/** Gives a member a role that may do more, which takes nothing from them. */
function useRaise({ id, name }: Member): (role: Role) => void {
  const { change } = usePeopleCalls()
  const toast = useToast()
  return (role) => {
    change(id, { role }).then(
      () => toast(`${name} is ${role} now`),
      (error) => toast(`The role was not changed. ${explain(error).what}`, 'failed'),
    )
  }
}
