import { Readable } from 'node:stream'
import type { DeviceSample, SampleCsvOptions } from '@heliograph/protocol'
import { StreamableFile } from '@nestjs/common'
import { type StreamedFormat, serialization } from './serialize.js'

/**
 * An answer that is written while it is read: the next chunk is requested when the client has received the one before, and
 * none when the client is gone. When it fails midway the connection is closed, so that the client sees it is incomplete.
 */
export function streamedFile(
  chunks: AsyncIterable<readonly DeviceSample[]>,
  format: StreamedFormat,
  { name, ...options }: SampleCsvOptions & { name: string },
): StreamableFile {
  const { contentType, head, line } = serialization(format, options)
  const text = async function* () {
    if (head !== '') yield Buffer.from(head)
    for await (const chunk of chunks) {
      if (chunk.length > 0) yield Buffer.from(chunk.map(line).join(''))
    }
  }
  return new StreamableFile(Readable.from(text(), { objectMode: false, highWaterMark: 65_536 }), {
    type: contentType,
    disposition: `attachment; filename="${name}.${format}"`,
  })
}
