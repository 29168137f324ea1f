'use client'

import { type Device, fileNameOf } from '@heliograph/protocol'
import { useState } from 'react'
import { useToast } from '@/components/toast'
import { fileAddress } from '@/lib/api'
import { deviceApi } from '@/lib/device-queries'
import { download, downloadFrom } from '@/lib/download'
import { explain } from '@/lib/explain'
import { formatRange } from '@/lib/format-time'
import { useOrganization } from '@/lib/organization'
import type { DrawScheduler } from '../drawing/draw-scheduler'
import type { RowPainter } from '../drawing/row-painter'
import type { ChartView } from '../range/chart-view'
import type { Span } from '../telemetry/span'
import type { ChartedKey } from './charted-keys'
import { type CsvChoice, devicesOf } from './csv-choice'
import { csvDialects } from './csv-dialects'
import { rowsQuery } from './csv-rows'
import { type DrawnSeries, drawnCsv } from './drawn-csv'

interface ExportOptions {
  device: Pick<Device, 'id' | 'name'>
  view: ChartView
  charted: readonly ChartedKey[]
  painters: ReadonlySet<RowPainter>
  scheduler: DrawScheduler
}

/** Saves what the charts show, as a table or a picture. */
export function useExport({ device, view, charted, painters, scheduler }: ExportOptions) {
  const { slug: org } = useOrganization()
  const toast = useToast()
  const [busy, setBusy] = useState(false)

  const saveCsv = async ({ allKeys, rows, dialect: name }: CsvChoice): Promise<boolean> => {
    const span = view.span()
    const devices = devicesOf(charted)
    const dialect = csvDialects[name]
    if (rows === 'drawn') {
      const table = drawnCsv(seriesOf(charted, span), span, { ofDevices: devices.length > 1, dialect })
      download(fileNameOf(device.id, '.csv'), new Blob([table], { type: 'text/csv' }))
      return true
    }
    setBusy(true)
    try {
      const only = devices.length === 1
      // The browser downloads a file of any size straight to disk.
      const address = await fileAddress(only ? `${deviceApi(device.id)}/telemetry` : '/api/v1/telemetry', {
        query: {
          ...(allKeys ? {} : { key: charted.map((key) => key.name) }),
          ...(only ? {} : { devices: devices.join(',') }),
          ...rowsQuery(rows, span),
          format: 'csv',
          ...dialect,
        },
        org,
      })
      downloadFrom(address)
      return true
    } catch (error) {
      toast(`The table could not be saved. ${explain(error).what}`, 'failed')
      return false
    } finally {
      setBusy(false)
    }
  }

  const savePng = async (element: HTMLElement | null) => {
    if (element === null) return
    const { toPng } = await import('./to-png')
    const { min, max } = view.span()
    const order = charted.map(({ name }) => name)
    scheduler.all()
    const rows = [...painters].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
    const title = `${titleOf(device)} · ${formatRange(min, max)}`
    const picture = await toPng({ title, rows, element })
    if (picture !== null) download(fileNameOf(device.id, '.png'), picture)
  }
  return { busy, saveCsv, savePng }
}

const titleOf = ({ id, name }: Pick<Device, 'id' | 'name'>) => (name === id ? id : `${name} (${id})`)

function seriesOf(charted: readonly ChartedKey[], span: Span): DrawnSeries[] {
  return charted.flatMap(({ kind, lines }) =>
    lines.map(({ series }) => ({
      ...series.ref,
      parts: series.drawn(span).parts,
      cellOf: (drawn) => (kind === 'states' ? (series.series?.labels.textOf(drawn) ?? '') : drawn),
    })),
  )
}
