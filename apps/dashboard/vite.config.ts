import react from '@vitejs/plugin-react'
import { defineConfig, defaultClientConditions } from 'vite'

// `npx vite` beside a running api: its addresses are passed on, so that the browser sees one origin as in production.
const API = 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['@flotilla/source', ...defaultClientConditions] },
  server: { port: 5173, proxy: { '/api': API, '/install.sh': API } },
  build: {
    target: 'es2022',
    sourcemap: true,
    // The content security policy takes fonts and images from the server alone, not from data: addresses.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // What changes rarely stays in the browser's cache over releases of the dashboard.
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 3 },
            { name: 'tanstack', test: /node_modules[\\/]@tanstack[\\/]/, priority: 3, minShareCount: 2 },
            { name: 'mantine', test: /node_modules[\\/](@mantine|@floating-ui|clsx|react-)/, priority: 2 },
            // Else a page would come in thirty little files.
            {
              name: 'shared',
              test: /node_modules[\\/]lucide-react|src[\\/](api|components|format)[\\/]/,
              minShareCount: 2,
            },
          ],
        },
      },
    },
  },
})
