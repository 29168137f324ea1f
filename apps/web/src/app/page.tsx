import { HomeRedirect } from '@/features/session/home-redirect'

export default function HomePage() {
  return <HomeRedirect />
}
