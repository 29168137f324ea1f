import { Button } from './button'

interface SaveChangesProps {
  busy: boolean
  /** True for people whose role can only read. */
  readOnly: boolean
}

/** The end of a form of settings: the button that saves them, or why this person cannot. */
export function SaveChanges({ busy, readOnly }: SaveChangesProps) {
  if (readOnly)
    return (
      <p className="text-13 text-ink-faint">
        Your role can only read. Ask an administrator to change the settings.
      </p>
    )
  return (
    <Button type="submit" variant="primary" busy={busy} className="mt-1 self-start">
      Save changes
    </Button>
  )
}
