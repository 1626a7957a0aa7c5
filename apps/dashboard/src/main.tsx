import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import '@mantine/core/styles.layer.css'
import '@mantine/notifications/styles.layer.css'
import './theme/global.css'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createQueryClient } from './api/query-client.js'
import { rememberSignIn } from './api/sign-in-memory.js'
import { loadAnewWhenPartsAreMissing } from './load-anew.js'
import { createDashboardRouter } from './router.js'
import { cssVariables, theme } from './theme/theme.js'

loadAnewWhenPartsAreMissing()

const queryClient = createQueryClient(() => {
  rememberSignIn(false)
  const { location } = router.state
  if (location.pathname === '/sign-in') return
  void router.navigate({ to: '/sign-in', search: { next: location.href } })
})
const router = createDashboardRouter(queryClient)

const place = document.getElementById('root')
if (!place) throw new Error('index.html has no #root')
createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-right" />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
