import type { RowPainter } from '../drawing/row-painter'

interface PictureOptions {
  title: string
  rows: readonly RowPainter[]
  /** An element of the page, of whose theme the picture is. */
  element: HTMLElement
}

const [INSET_PX, HEAD_PX, CAPTION_PX] = [16, 44, 26]

/** The charts as they stand on the page, one below the other, with what each is of. */
export async function toPng({ title, rows, element }: PictureOptions): Promise<Blob | null> {
  const ratio = devicePixelRatio
  const canvases = rows.map((row) => row.canvas)
  const width = Math.max(1, ...canvases.map((canvas) => canvas.width))
  const height = canvases.reduce((sum, canvas) => sum + canvas.height + CAPTION_PX * ratio, HEAD_PX * ratio)
  const picture = document.createElement('canvas')
  picture.width = width
  picture.height = height
  const context = picture.getContext('2d')
  if (context === null) return null
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  context.fillStyle = colour('--surface')
  context.fillRect(0, 0, width, height)
  context.textBaseline = 'middle'
  const write = (text: string, x: number, y: number, weight: number, fill: string) => {
    context.font = `${weight} ${12 * ratio}px "Inter Variable", sans-serif`
    context.fillStyle = fill
    context.fillText(text, x, y)
    return x + context.measureText(text).width
  }
  write(title, INSET_PX * ratio, (HEAD_PX / 2) * ratio, 600, colour('--ink'))
  let top = HEAD_PX * ratio
  for (const [index, row] of rows.entries()) {
    const canvas = canvases[index]
    if (canvas === undefined) continue
    const middle = top + (CAPTION_PX / 2) * ratio
    let x = write(row.title, INSET_PX * ratio, middle, 500, colour('--ink-soft')) + 16 * ratio
    for (const { text, colour: lineColour } of row.legend()) {
      context.fillStyle = lineColour
      context.fillRect(x, middle - ratio, 12 * ratio, 2 * ratio)
      x = write(text, x + 18 * ratio, middle, 400, colour('--ink')) + 16 * ratio
    }
    context.drawImage(canvas, 0, top + CAPTION_PX * ratio)
    top += CAPTION_PX * ratio + canvas.height
  }
  return new Promise((resolve) => picture.toBlob(resolve, 'image/png'))
}
