// A page as the board gives it to browsers: one text, with its style and script in it.
import { readFile } from 'node:fs/promises'
import { transform } from 'esbuild'

/** `path`: of the HTML; its style and script lie beside it. */
export async function readPage(path) {
  const part = async (ending) => {
    const source = await readFile(path.replace(/html$/, ending), 'utf8')
    // Phones are old.
    const options = { loader: ending, target: 'es2019', minifyWhitespace: true, minifySyntax: true }
    return (await transform(source, options)).code
  }
  const [style, script] = await Promise.all([part('css'), part('js')])
  return (await readFile(path, 'utf8'))
    .replace(/^\s+/gm, '')
    .replace(/<link rel="stylesheet".*>/, () => `<style>${style}</style>`)
    .replace(/<script .*<\/script>/, () => `<script type="module">${script}</script>`)
}
