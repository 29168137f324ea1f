import { Readable } from 'node:stream'
import { StreamableFile } from '@nestjs/common'

/** How items become the lines of a file. */
export interface LineFormat<Item> {
  contentType: string
  /** What the file begins with. */
  head: string
  line(item: Item): string
}

/**
 * An answer that is written while it is read: the next chunk is requested when the client has received the one before, and
 * none when the client is gone. When it fails midway the connection is closed, so that the client sees it is incomplete.
 */
export function streamedFile<Item>(
  chunks: AsyncIterable<readonly Item[]>,
  { contentType, head, line }: LineFormat<Item>,
  fileName: string,
): StreamableFile {
  const text = async function* () {
    if (head !== '') yield Buffer.from(head)
    for await (const chunk of chunks) {
      if (chunk.length > 0) yield Buffer.from(chunk.map(line).join(''))
    }
  }
  return new StreamableFile(Readable.from(text(), { objectMode: false, highWaterMark: 65_536 }), {
    type: contentType,
    disposition: `attachment; filename="${fileName}"`,
  })
}
