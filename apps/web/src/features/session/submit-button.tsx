import type { ReactNode } from 'react'
import { Button } from '@/components/button'

/** The submit button of a card, as wide as the card. */
export function SubmitButton({ form, children }: { form: { busy: boolean }; children: ReactNode }) {
  return (
    <Button type="submit" variant="primary" busy={form.busy} className="mt-1 w-full">
      {children}
    </Button>
  )
}
