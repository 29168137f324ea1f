import { may, type Permission, rolesText } from '@heliograph/protocol'
import { useOrganization } from '@/lib/organization'
import { Button } from './button'

interface SaveChangesProps {
  busy: boolean
  /** What saving requires. */
  permission: Permission
}

/** The end of a form of settings: the button that saves them, or why this person cannot. */
export function SaveChanges({ busy, permission }: SaveChangesProps) {
  const { role } = useOrganization()
  if (!may(role, permission))
    return (
      <p className="text-13 text-ink-faint">
        Your role, {role}, may not change this. Ask an {rolesText(permission)}.
      </p>
    )
  return (
    <Button type="submit" variant="primary" busy={busy} className="mt-1 self-start">
      Save changes
    </Button>
  )
}
