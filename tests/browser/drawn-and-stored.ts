import fs from 'node:fs/promises'
import type { Page } from 'playwright-core'
import type { Platform } from '../support/platform.js'

/** Of each key its samples in order, each as its time and its value. */
export type SamplesByKey = Map<string, string[]>

/** The page's own table of what its charts show. */
export async function drawnSamples(page: Page): Promise<SamplesByKey> {
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'CSV' }).click()
  const text = await fs.readFile(await (await downloading).path(), 'utf8')
  const [head = '', ...lines] = text.trim().split('\r\n')
  const [, ...keys] = head.split(',')
  const rows = lines.map((line) => line.split(','))
  return new Map(
    keys.map((key, index) => [
      key,
      rows.flatMap(([time = '', ...values]) =>
        values[index] ? [`${toMicroseconds(time)} ${values[index]}`] : [],
      ),
    ]),
  )
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
