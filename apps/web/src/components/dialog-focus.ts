/** The element that had the focus before the first open dialog; a dialog may be replaced by its next step. */
let opener: HTMLElement | null = null

/** Enters a dialog at its first field rather than at the button that closes it. */
export function enterDialog(event: Event): void {
  opener = findOpener(document.activeElement) ?? opener
  if (!(event.target instanceof HTMLElement)) return
  const field = event.target.querySelector<HTMLElement>('input, select, textarea')
  if (!field) return
  event.preventDefault()
  field.focus()
}

/** Leaves the last open dialog to where the person was before. */
export function leaveDialog(event: Event): void {
  event.preventDefault()
  if (document.querySelector('[role="dialog"]')) return
  if (opener?.isConnected) opener.focus()
  opener = null
}

/** A menu gives the focus back a moment late: a dialog that one of its items opened is already there. */
export function leaveMenu(event: Event): void {
  if (!(event.target instanceof HTMLElement) || !document.querySelector('[role="dialog"]')) return
  event.preventDefault()
  opener = document.getElementById(event.target.getAttribute('aria-labelledby') ?? '')
}

function findOpener(focused: Element | null): HTMLElement | null {
  const outside = focused !== document.body && !focused?.closest('[role="dialog"]')
  return outside && focused instanceof HTMLElement ? focused : null
}
