import type { Metadata } from 'next'
import { OverviewView } from '@/app/views'

export const metadata: Metadata = { title: 'Overview' }

export default OverviewView
