import { type CsvDialect, DeviceSample, Sample, sampleCsvHead, sampleCsvLine } from '@heliograph/protocol'

/** Text is handed to the browser in pieces of this size, which it keeps on disk. */
const PIECE_CHARACTERS = 1_000_000

/** A table of the samples that come as a JSON object a line. */
export async function csvFileOf(
  lines: ReadableStream<Uint8Array<ArrayBuffer>>,
  { dialect, ofDevices }: { dialect: CsvDialect; ofDevices: boolean },
): Promise<Blob> {
  const schema = ofDevices ? DeviceSample : Sample
  const pieces: Blob[] = []
  let [text, rest] = [sampleCsvHead(ofDevices, dialect), '']
  const add = (line: string) => {
    if (line !== '') text += sampleCsvLine(schema.parse(JSON.parse(line)), dialect)
  }
  const reader = lines.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    const parts = (rest + value).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) add(line)
    if (text.length < PIECE_CHARACTERS) continue
    pieces.push(new Blob([text]))
    text = ''
  }
  add(rest)
  return new Blob([...pieces, text], { type: 'text/csv;charset=utf-8' })
}
