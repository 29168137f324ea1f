'use client'

import { Download } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/button'
import { useToast } from '@/components/toast'
import { explain } from '@/lib/explain'
import type { AuditQuery } from './audit-query'
import type { AuditSource } from './audit-source'
import { exportAudit } from './use-audit'

const formats = [
  ['csv', 'CSV'],
  ['ndjson', 'NDJSON'],
] as const

/** Saves all that the filters let through, not only what is loaded. */
export function ExportButtons({ source, query }: { source: AuditSource; query: AuditQuery }) {
  const toast = useToast()
  const [busy, setBusy] = useState<string | null>(null)
  const save = async (format: 'csv' | 'ndjson') => {
    setBusy(format)
    try {
      await exportAudit(source, query, format)
    } catch (error) {
      toast(`Nothing was saved. ${explain(error).what}`, 'failed')
    } finally {
      setBusy(null)
    }
  }
  return (
    <div className="flex gap-2">
      {formats.map(([format, label]) => (
        <Button key={format} size="sm" busy={busy === format} onClick={() => void save(format)}>
          <Download aria-hidden />
          {label}
          <span className="sr-only"> export</span>
        </Button>
      ))}
    </div>
  )
}
