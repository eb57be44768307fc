// Package gadget holds the parts that every statement is put together from: the two hashes, paths in trees, comparisons, keys and
// signatures on Baby Jubjub, and the escrow. Each has a native twin in circuits/field or circuits/identity, and the tests hold the
// two against each other.
//
// No gadget uses a lookup argument or anything else that makes a Groth16 commitment, which a contract would pay 121,000 gas for.
// What they cost, in constraints:
//
//	Hash                 363  Poseidon2, eight elements wide
//	Node                 264  Poseidon2, four elements wide
//	Root                 270  for each level of a tree of four children a node
//	Scalar               308  the digits of a hash, in the one decomposition below the modulus
//	FixedBase            501  [2^249 + 2n + 1]G for 249 bits n
//	VariableBase        1502  [2^249 + 2n + 1]P
//	KeyPoint              20  a key of prime order
//	Signature           2998  of which the hash 363, without the key (circomlib's EdDSA-Poseidon has 4217, gnark's own EdDSA 7049)
//	Attestation.Message  893  of which the hash 363, and 28 for each of sixteen values
//	Policy.Digest        726  two hashes
//	Policy.AssertHolds  3695  84 for each of 44 literals, less one
package gadget
