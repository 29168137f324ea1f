import type { Metadata } from 'next'
import { LiveView } from '@/app/views'

/** The template of the layout beside it is for the pages below. */
export async function generateMetadata({
  params,
}: {
  params: Promise<{ device: string }>
}): Promise<Metadata> {
  return { title: `${decodeURIComponent((await params).device)} · Live` }
}

export default LiveView
