// Package circuits compiles, proves and verifies statements: Groth16 (https://eprint.iacr.org/2016/260) over BN254, by gnark.
//
// A [Statement] is a circuit with its name. [Develop] makes keys for it on this machine, with which whoever made them can lie;
// [Load] reads the keys of a ceremony, pinned by a hash, and refuses the former. A [Prover] turns an assignment into a
// [Proof], and a [Verifier], which needs the verifying key alone, says whether one holds. A proof is 256 bytes beside its public
// inputs. On two cores it takes 0.4 s to make for 20,000 constraints, 8 s for 500,000, and always 1 ms to verify.
//
// A verifying key is refused where one of its public inputs binds nothing, so that one proof would hold for each of its values. A
// statement that needs a commitment, which makes a proof longer and dearer on chain, is refused as well.
//
// gnark writes to a logger that is global to the process and prints to standard output, among others the values at which a
// witness fails. No option of its solver or its prover keeps that back, so the first use of this package switches it off.
package circuits

import (
	"sync"

	"github.com/consensys/gnark/logger"
)

// silence switches gnark's logger off, once, so that who sets another one after that gets what they ask for.
var silence = sync.OnceFunc(logger.Disable)
