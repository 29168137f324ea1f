'use client'

import { Download } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { Button } from '@/components/button'
import type { CsvChoice, CsvContent } from './csv-choice'

const CsvDialog = dynamic(() => import('./csv-dialog').then((module) => module.CsvDialog), { ssr: false })

export interface CsvButtonProps {
  /** How many keys are charted. */
  count: number
  content: () => CsvContent
  busy: boolean
  /** Resolves to whether the table could be saved. */
  onSave: (choice: CsvChoice) => Promise<boolean>
}

/** The button that opens the dialog for saving a table; it says which keys are taken. */
export function CsvButton({ count, content, busy, onSave }: CsvButtonProps) {
  const [asked, setAsked] = useState<CsvContent | null>(null)
  return (
    <>
      <Button
        size="sm"
        variant="ghost"
        title="Save the charted keys, or all keys, of this range as a table"
        onClick={() => setAsked(content())}
      >
        <Download aria-hidden />
        <span>
          CSV of {count} <span className="max-sm:sr-only">charted </span>
          {count === 1 ? 'key' : 'keys'}…
        </span>
      </Button>
      {asked && (
        <CsvDialog
          content={asked}
          busy={busy}
          onSave={async (choice) => (await onSave(choice)) && setAsked(null)}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  )
}
