// The Semaphore v4 statement, by the artifacts of its own ceremony.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export function semaphore(depth) {
  const at = dirname(createRequire(import.meta.url).resolve('@zk-kit/semaphore-artifacts/package.json'))
  const file = (ext) => join(at, `semaphore-${depth}.${ext}`)
  // Any siblings do: the root is an output.
  const input = {
    secret: '123456789', merkleProofLength: String(depth), merkleProofIndex: '0',
    merkleProofSiblings: Array.from({ length: depth }, (_, i) => String(i + 1)), message: '1', scope: '2',
  }
  return { input, wasm: file('wasm'), zkey: file('zkey'), key: JSON.parse(readFileSync(file('json'))) }
}
