import type { Metadata } from 'next'
import { MembersView } from '@/app/views'

export const metadata: Metadata = { title: 'Members' }

export default MembersView
