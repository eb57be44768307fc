package vault

// CrashPoints are the points at which Config.Step is called. A process that dies at any of them leaves a state that the next
// start finishes or rolls back, once.
func CrashPoints() []string {
	points := []string{
		"import.scanned", "import.announced", "import.key-made", "import.keys-wrapped", "import.objects-started", "import.objects-written",
		"import.object-committed", "import.objects-committed", "import.in-transaction", "import.committed",
		"erase.case-key-made", "erase.approved", "erase.retained-written", "erase.retained-manifest-written", "erase.retained-read-back",
		"erase.ledger-copied", "erase.ledger-file-appended", "erase.keys-announced", "erase.key-destroyed", "erase.object-deleted", "erase.rows-deleted", "erase.certificate-written",
		"replay.tombstoned", "replay.destroyed",
		"restore.ledgered", "log.job-begun", "log.writer-elected", "log.entries-taken", "log.entries-appended", "log.positions-noted",
		"anchor.proof-made", "anchor.certificate-written",
	}
	for _, st := range steps() {
		points = append(points, "erase."+string(st.to))
	}
	return points
}
