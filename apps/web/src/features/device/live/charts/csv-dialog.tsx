'use client'

import { type CsvDialectName, csvDialects } from '@heliograph/protocol'
import { useState } from 'react'
import { Button } from '@/components/button'
import { Dialog } from '@/components/dialog'
import { SelectField } from '@/components/select-field'
import { dialectOf, nameOfLanguage } from './csv-dialect'

export interface CsvChoice {
  /** All keys of the devices; else those that are charted. */
  allKeys: boolean
  dialect: CsvDialectName
}

interface CsvDialogProps {
  /** The keys that are charted. */
  charted: readonly string[]
  /** How many keys the device has. */
  keyCount: number
  range: string
  busy: boolean
  onSave: (choice: CsvChoice) => void
  onClose: () => void
}

/** Asks which keys a table is to have, and how it is written. */
export function CsvDialog({ charted, keyCount, range, busy, onSave, onClose }: CsvDialogProps) {
  const language = navigator.language
  const [dialect, setDialect] = useState(() => dialectOf(language))
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Save as CSV"
      description={`Every stored sample of ${range}: time, ts, key and value, a line each.`}
      size="sm"
      footer={
        <>
          <Button busy={busy} onClick={() => onSave({ allKeys: true, dialect })}>
            Save all keys ({keyCount})
          </Button>
          <Button variant="primary" busy={busy} onClick={() => onSave({ allKeys: false, dialect })}>
            Save charted keys ({charted.length})
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <p className="text-13 text-ink-soft">
          Charted keys: <span className="font-mono text-12 break-words text-ink">{charted.join(', ')}</span>
        </p>
        <SelectField
          label="Format"
          hint={`Suggested for the language of this browser, ${nameOfLanguage(language)}: ${FORMATS[dialectOf(language)]}`}
          value={dialect}
          onValue={setDialect}
          options={NAMES.map((name) => [name, FORMATS[name]] as const)}
        />
      </div>
    </Dialog>
  )
}

const NAMES = Object.keys(csvDialects) as CsvDialectName[]

const FORMATS: Record<CsvDialectName, string> = {
  standard: 'commas, 21.5, UTF-8',
  comma: 'commas, 21.5, UTF-8 with BOM (Excel)',
  semicolon: 'semicolons, 21,5, UTF-8 with BOM (Excel)',
}
