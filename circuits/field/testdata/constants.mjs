// The constants of both permutations, as an archive of a trial has them: node constants.mjs
import { parameters4, parameters8, text } from './poseidon2.mjs'

const written = ({ rounds, diagonal }) => ({ rounds: rounds.map(({ constants }) => constants.map(text)), diagonal: diagonal.map(text) })

console.log(JSON.stringify({ hash: written(parameters8), node: written(parameters4) }, null, 1))
