// Package ceremony makes Groth16 keys for a statement by several parties, so that nobody can prove what is not true unless all of
// them together want to: gnark's form of the multi-party computation of https://eprint.iacr.org/2017/1050, in two phases.
//
// One reviewed [File] says what is made, from which circuit, by whom, and which rounds of a public beacon close the phases. A
// [Transcript] is a folder with that file and the contributions, each beside a note that its contributor signed; files travel
// as people send them, and anybody verifies the folder again without a network. Phase 1 is contributed here or taken from a
// .ptau file of snarkjs. [Transcript.Seal] writes keys that circuits.Load accepts by the hash of their manifest.
//
// What is refused is a [Refusal] by its name. gnark itself would make keys of no contribution at all, whose δ anybody can compute
// from the public beacon; here each phase needs a number of distinct contributors that the file states, two at least.
//
// A contribution to phase 1 is 192 bytes for each place of the domain, the power of two at or above the number of constraints;
// one to phase 2 is 64 at most. Two are held in memory at a time, and beginning phase 2 or opening the keys takes 7 kB for each
// place in all: 240 MB for 2^15, 4 GB for 2^19.
package ceremony
