import fs from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Platform } from '../support/platform.js'

/** Of each key its samples in order, each as its time and its value. */
export type SamplesByKey = Map<string, string[]>

/** The page's own table of what its charts show. */
export async function drawnSamples(page: Page): Promise<SamplesByKey> {
  await page.getByRole('button', { name: /^CSV of / }).click()
  const dialog = page.getByRole('dialog', { name: 'Save as CSV' })
  await dialog.getByLabel('Rows').selectOption('What the charts show')
  const downloading = page.waitForEvent('download')
  await dialog.getByRole('button', { name: /^Save \d+ charted keys?$/ }).click()
  const download = await downloading
  // Made by the page from what it has in memory, and not by the platform.
  expect(download.url()).toMatch(/^blob:/)
  const [head, ...lines] = (await fs.readFile(await download.path(), 'utf8')).trim().split('\r\n')
  expect(head).toBe('time,ts,key,value')
  await dialog.waitFor({ state: 'hidden' })
  const samples: SamplesByKey = new Map()
  for (const line of lines) {
    const [time = '', , key = '', value] = line.split(',')
    samples.set(key, [...(samples.get(key) ?? []), `${toMicroseconds(time)} ${value}`])
  }
  return samples
}

/** A time of whole milliseconds is written without microseconds. */
const toMicroseconds = (time: string) => time.replace(/\.(\d{3})Z$/, '.$1000Z')

export async function storedSamples({ pool }: Platform): Promise<SamplesByKey> {
  const { rows } = await pool.query<{ key: string; time: string; number: number }>(
    `SELECT key.name AS key, number,
            to_char(to_timestamp(0) AT TIME ZONE 'UTC' + ts * interval '1 microsecond',
                    'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS time
     FROM telemetry.sample JOIN telemetry.key ON key.id = sample.key_id
     ORDER BY key.name, ts`,
  )
  const samples: SamplesByKey = new Map()
  for (const { key, time, number } of rows)
    samples.set(key, [...(samples.get(key) ?? []), `${time} ${number}`])
  return samples
}
