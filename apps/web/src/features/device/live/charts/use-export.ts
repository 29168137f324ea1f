'use client'

import { type Device, fileNameOf } from '@heliograph/protocol'
import { useState } from 'react'
import { useToast } from '@/components/toast'
import { fileAddress } from '@/lib/api'
import { deviceApi } from '@/lib/device-queries'
import { explain } from '@/lib/explain'
import { formatRange } from '@/lib/format-time'
import { useOrganization } from '@/lib/organization'
import { platformNow } from '@/lib/platform-clock'
import type { DrawScheduler } from '../drawing/draw-scheduler'
import type { RowPainter } from '../drawing/row-painter'
import type { ChartView } from '../range/chart-view'
import type { Span } from '../telemetry/span'
import type { ChartedKey } from './charted-keys'
import { type Column, toCsv } from './to-csv'

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

  const saveCsv = async () => {
    const span = view.span()
    const series = charted.flatMap(({ lines }) => lines)
    // A range that is kept sample by sample is saved as drawn; the browser downloads a longer one with every sample.
    if (series.every((line) => line.series.past(span, platformNow()) === null)) {
      download(
        fileNameOf(device.id, '.csv'),
        new Blob([toCsv(columnsOf(charted, span), span)], { type: 'text/csv' }),
      )
      return
    }
    setBusy(true)
    try {
      const devices = [...new Set(series.map((line) => line.series.ref.device))]
      const key = [...new Set(series.map((line) => line.series.ref.key))]
      const range = { key, from: Math.round(span.min), to: Math.round(span.max), format: 'csv' }
      const only = devices.length === 1
      const address = await fileAddress(only ? `${deviceApi(device.id)}/telemetry` : '/api/v1/telemetry', {
        query: only ? range : { ...range, devices: devices.join(',') },
        org,
      })
      downloadFrom(address)
    } catch (error) {
      toast(`The table could not be saved. ${explain(error).what}`, 'failed')
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

function columnsOf(charted: readonly ChartedKey[], span: Span): Column[] {
  return charted.flatMap(({ name, kind, lines }) =>
    lines.map(({ series }, index) => ({
      name: index === 0 ? name : `${series.ref.device}/${name}`,
      parts: series.drawn(span).parts,
      textOf: (value) => (kind === 'states' ? (series.series?.labels.textOf(value) ?? '') : String(value)),
    })),
  )
}

/** Downloads a file made by the page. */
function download(fileName: string, file: Blob): void {
  const url = URL.createObjectURL(file)
  follow(url, fileName)
  URL.revokeObjectURL(url)
}

/** Lets the browser download a file from the server, which names it, straight to disk. */
function downloadFrom(address: string): void {
  follow(address, '')
}

function follow(url: string, fileName: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
}
