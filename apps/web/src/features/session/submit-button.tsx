import type { ReactNode } from 'react'
import { Button } from '@/components/button'

/** Ends a card: as wide as it is. */
export function SubmitButton({ form, children }: { form: { busy: boolean }; children: ReactNode }) {
  return (
    <Button type="submit" variant="primary" busy={form.busy} className="mt-1 w-full">
      {children}
    </Button>
  )
}
