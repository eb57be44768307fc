package evm

import "testing"

// BenchmarkAnchor sends a checkpoint of ten more entries, mines it and follows it until it is confirmed.
func BenchmarkAnchor(b *testing.B) {
	w := newWorld(b)
	s, gas := w.sender(1), uint64(0)
	for b.Loop() {
		a := w.anchored(s, 10)
		receipt, err := w.Client().TransactionReceipt(b.Context(), a.Transaction)
		if err != nil {
			b.Fatal(err)
		}
		gas += receipt.GasUsed
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "submissions/s")
	b.ReportMetric(float64(gas)/float64(b.N), "gas/submission")
}
