// Proves and verifies the Semaphore v4 statement at a depth with snarkjs, on the artifacts of its own ceremony, and prints what it took as
// one line of JSON: node semaphore.mjs [depth] [runs]
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as snarkjs from 'snarkjs'

const depth = Number(process.argv[2] ?? 20)
const runs = Number(process.argv[3] ?? 5)
const at = dirname(createRequire(import.meta.url).resolve('@zk-kit/semaphore-artifacts/package.json'))
const file = (ext) => join(at, `semaphore-${depth}.${ext}`)
const key = JSON.parse(readFileSync(file('json')))

// Any siblings do: the root is an output.
const input = {
  secret: '123456789', merkleProofLength: String(depth), merkleProofIndex: '0',
  merkleProofSiblings: Array.from({ length: depth }, (_, i) => String(i + 1)), message: '1', scope: '2',
}
const median = (times) => times.sort((a, b) => a - b)[times.length >> 1]
const prove = [], verify = []
let constraints
for (let i = 0; i < runs; i++) {
  let t = performance.now()
  const { proof, publicSignals } = await snarkjs.groth16.fullProve(input, file('wasm'), file('zkey'))
  prove.push(performance.now() - t)
  t = performance.now()
  if (!(await snarkjs.groth16.verify(key, publicSignals, proof))) throw new Error('the proof does not verify')
  verify.push(performance.now() - t)
}
console.log(JSON.stringify({
  statement: `semaphore-v4/${depth}`, constraints: await constraintsOf(file('zkey')), prove_ms: median(prove), verify_ms: median(verify),
  peak_mb: process.resourceUsage().maxRSS / 1024,
}))
process.exit(0)

// The zkey names the domain, not the constraints; its coefficients (section 4) name each constraint that has any.
async function constraintsOf(name) {
  const { readBinFile, readSection } = await import('@iden3/binfileutils')
  const { fd, sections } = await readBinFile(name, 'zkey', 2, 1 << 25, 1 << 23)
  const buffer = await readSection(fd, sections, 4)
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  let last = 0
  for (let i = 4; i + 12 <= view.byteLength; i += 44) last = Math.max(last, view.getUint32(i + 4, true))
  await fd.close()
  return last - key.nPublic // the rows of the public inputs come last
}
