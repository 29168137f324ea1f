import { correction, generate } from 'lean-qr'
import { toSvgPath } from 'lean-qr/extras/svg'

/** A QR code, drawn here: its text leaves the page only by the camera. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const code = generate(text, { minCorrectionLevel: correction.M })
  // A quiet zone of four modules (ISO/IEC 18004), and black on white in both themes, as cameras expect.
  const side = code.size + 8
  return (
    <svg role="img" aria-label={label} viewBox={`-4 -4 ${side} ${side}`} className="size-48 rounded-inner">
      <rect x={-4} y={-4} width={side} height={side} fill="#fff" />
      <path d={toSvgPath(code)} fill="#000" shapeRendering="crispEdges" />
    </svg>
  )
}
