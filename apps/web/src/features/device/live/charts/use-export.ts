'use client'

import { csvDialects, type Device } from '@heliograph/protocol'
import { useState } from 'react'
import { useToast } from '@/components/toast'
import { fileAddress, openStream } from '@/lib/api'
import { deviceApi } from '@/lib/device-queries'
import { explain } from '@/lib/explain'
import { formatRange } from '@/lib/format-time'
import { useOrganization } from '@/lib/organization'
import type { DrawScheduler } from '../drawing/draw-scheduler'
import type { RowPainter } from '../drawing/row-painter'
import type { ChartView } from '../range/chart-view'
import type { ChartedKey } from './charted-keys'
import type { CsvChoice } from './csv-dialog'

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

  const saveCsv = async ({ allKeys, dialect }: CsvChoice): Promise<boolean> => {
    const span = view.span()
    const series = charted.flatMap(({ lines }) => lines)
    setBusy(true)
    try {
      const devices = [...new Set(series.map((line) => line.series.ref.device))]
      const keys = [...new Set(series.map((line) => line.series.ref.key))].join(',')
      const ofDevices = devices.length > 1
      const path = ofDevices ? '/api/v1/telemetry' : `${deviceApi(device.id)}/telemetry`
      const query = {
        ...(allKeys ? {} : { keys }),
        ...(ofDevices ? { devices: devices.join(',') } : {}),
        from: Math.round(span.min),
        to: Math.round(span.max),
      }
      if (dialect === 'standard') {
        // A file of any size goes from the platform to the disk, past the page.
        downloadFrom(await fileAddress(path, { query: { ...query, format: 'csv' }, org }))
      } else {
        const lines = await openStream(path, { query: { ...query, format: 'ndjson' }, org })
        const { csvFileOf } = await import('./csv-file')
        download(`${device.id}.csv`, await csvFileOf(lines, { dialect: csvDialects[dialect], ofDevices }))
      }
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
    if (picture !== null) download(`${device.id}.png`, picture)
  }
  return { busy, saveCsv, savePng }
}

const titleOf = ({ id, name }: Pick<Device, 'id' | 'name'>) => (name === id ? id : `${name} (${id})`)

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
