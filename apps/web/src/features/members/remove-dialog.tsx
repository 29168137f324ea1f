'use client'

import type { Member } from '@heliograph/protocol'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { useToast } from '@/components/toast'
import { useApiKeys } from '@/lib/api-keys'
import { addressOf } from '@/lib/base-path'
import { useMe } from '@/lib/me'
import { useMay, useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'
import { usePeopleCalls } from './use-members'

interface RemoveDialogProps {
  member: Member
  onClose: () => void
}

/** Names what ends when somebody is removed from the organization, or leaves it. */
export function RemoveDialog({ member, onClose }: RemoveDialogProps) {
  const { name: organization } = useOrganization()
  const { remove } = usePeopleCalls()
  const toast = useToast()
  const seesKeys = useMay()('apiKeys.manage')
  const isSelf = useMe().data?.user.id === member.id
  const they = isSelf ? 'you' : 'they'

  const confirm = async () => {
    await remove(member.id)
    // Loaded anew, so that nothing of the organization stays in memory.
    if (isSelf) window.location.assign(addressOf(paths.home))
    else toast(`${member.name} was removed`)
  }
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={isSelf ? `Leave ${organization}?` : `Remove ${member.name}?`}
      confirmLabel={isSelf ? 'Leave organization' : 'Remove member'}
      onConfirm={confirm}
    >
      <p>{isSelf ? 'At once, you lose' : `At once, ${member.name} loses`}:</p>
      <ul className="list-disc pl-5">
        <li>access to the devices and data of {organization}, also on pages that are open now;</li>
        {member.apiKeys > 0 && (
          <li>
            {member.apiKeys === 1 ? 'the API key' : `the ${member.apiKeys} API keys`} that {they} made
            {seesKeys && <KeyNames userId={member.id} />}: scripts that use{' '}
            {member.apiKeys === 1 ? 'it' : 'them'} are refused;
          </li>
        )}
        {member.invitations > 0 && (
          <li>
            {member.invitations === 1 ? 'the open invitation' : `the ${member.invitations} open invitations`}{' '}
            that {they} made.
          </li>
        )}
      </ul>
      <p>
        Devices and everything else that {they} made stay.{' '}
        {isSelf
          ? 'Only a new invitation lets you in again.'
          : 'The account stays too, for other organizations; a new invitation lets them in again.'}
      </p>
    </ConfirmDialog>
  )
}

const mostNames = 5

/** The names of the keys that end, as far as they are loaded. */
function KeyNames({ userId }: { userId: string }) {
  const keys = useApiKeys().data?.items ?? []
  const own = keys.filter(({ createdBy }) => createdBy?.kind === 'person' && createdBy.id === userId)
  if (own.length === 0) return null
  const names = own.slice(0, mostNames).map(({ name }) => name)
  return ` (${names.join(', ')}${own.length > mostNames ? ', …' : ''})`
}
