package identity

// Widths in bits of the numbers in requests, grants and leaves; circuits bound them by these.
const (
	ServiceBits = 64
	ScopeBits   = 16 // of a set of data classes
	PurposeBits = 8
	BasisBits   = 4
	CustodyBits = 4
	TimeBits    = 40 // Unix seconds, until the year 36812
	EpochBits   = 32
	KBits       = 16 // of pseudonyms in an epoch, and of which one it is
)
