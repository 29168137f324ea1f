'use client'

import { useState } from 'react'
import { Button } from '@/components/button'
import { Dialog } from '@/components/dialog'
import { SelectField } from '@/components/select-field'
import type { CsvChoice, CsvContent } from './csv-choice'
import { type CsvDialectName, csvDialects, dialectFor, nameOfLanguage } from './csv-dialects'
import { type CsvRows, csvRows, localTimeZone } from './csv-rows'

interface CsvDialogProps {
  content: CsvContent
  busy: boolean
  onSave: (choice: CsvChoice) => void
  onClose: () => void
}

/** Asks which keys and rows a table is to have, and how it is written. */
export function CsvDialog({ content, busy, onSave, onClose }: CsvDialogProps) {
  const [rows, setRows] = useState<CsvRows>('samples')
  const [dialect, setDialect] = useState(() => dialectFor(navigator.language))
  const save = (allKeys: boolean) => onSave({ allKeys, rows, dialect })
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Save as CSV"
      description={content.range}
      size="sm"
      footer={
        <>
          <Button busy={busy} disabled={rows === 'drawn'} onClick={() => save(true)}>
            Save {content.allKeys}
          </Button>
          <Button variant="primary" busy={busy} onClick={() => save(false)}>
            Save {content.chartedKeys}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <p className="text-13 text-ink-soft">
          Charted:{' '}
          <span className="font-mono text-12 break-words text-ink">{content.charted.join(', ')}</span>
        </p>
        <SelectField
          label="Rows"
          hint={HINTS[rows]}
          value={rows}
          onValue={setRows}
          options={csvRows.map((name) => [name, rowsText(name)] as const)}
        />
        <SelectField
          label="Format"
          hint={formatHint(navigator.language)}
          value={dialect}
          onValue={setDialect}
          options={DIALECTS.map((name) => [name, FORMATS[name]] as const)}
        />
      </div>
    </Dialog>
  )
}

function rowsText(rows: CsvRows): string {
  if (rows === 'samples') return 'Every stored sample'
  if (rows === 'drawn') return 'What the charts show'
  return rows === 'hours' ? 'Average of each hour' : `Average of each day in ${localTimeZone()}`
}

const HINTS: Record<CsvRows, string> = {
  samples: 'Read from the platform, however many there are.',
  drawn: 'The points of the charts, as this page has them.',
  hours: 'Of numbers, by whole hours in UTC.',
  days: 'Of numbers, by whole days; one with a clock change has 23 or 25 hours.',
}

const DIALECTS = Object.keys(csvDialects) as CsvDialectName[]

const FORMATS: Record<CsvDialectName, string> = {
  standard: 'Commas, 21.5, UTF-8',
  comma: 'Commas, 21.5, UTF-8 with BOM (Excel)',
  semicolon: 'Semicolons, 21,5, UTF-8 with BOM (Excel)',
}

const formatHint = (language: string): string =>
  `The default for the language of this browser, ${nameOfLanguage(language)}: ${FORMATS[dialectFor(language)]}`
