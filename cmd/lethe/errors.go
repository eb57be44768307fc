package main

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"lethe/anchor"
	"lethe/offchain"
	"lethe/vault"
	"lethe/vault/fhir"
	"lethe/vault/trial"
)

// hinted is an error that says what to do about it.
type hinted struct {
	error
	hints []string
}

func (h *hinted) Unwrap() error { return h.error }

func withHint(err error, hints ...string) error { return &hinted{err, hints} }

// advice is what to do about errors of the service.
var advice = []struct {
	err  error
	hint string
}{
	{vault.ErrNoPatient, "give --patient ID (see `lethe patients`)"},
	{vault.ErrIdentifierHeld, "compare the two patients; give --patient ID only if you are sure whose it is"},
	{vault.ErrErased, "`lethe erasures` lists the erasures with their certificates"},
	{vault.ErrErasing, "wait until the erasure is certified: `lethe erasures` shows how far it is"},
	{vault.ErrNoWitness, "make the chain reachable; if it cannot be, two persons who know that no store was put back may say so: --attest NAME --attest NAME"},
	{anchor.ErrFork, "history was rewritten, another log's files are here, or a file of log/ is damaged: see docs/log.md, section When the log does not agree"},
	{anchor.ErrBehind, "`lethe log restore` brings the lost entries back from a mirror: see docs/log.md, section When the log does not agree"},
	{anchor.ErrUnreachable, "see whether the URL of the chain is right, and whether it answers"},
	{vault.ErrNotLogged, "it waits for its place in the log: `lethe log status` says how many do"},
	{vault.ErrQuarantined, "see docs/erasure.md, section Restoring"},
	{offchain.ErrLedgerFork, "one of the copies was altered: compare them with the certificates before anything else"},
	{offchain.ErrLedgerDamaged, "put an undamaged copy of the erasure ledger in its place"},
	{trial.ErrNoTrial, "a trial is named as its plan's `name` is written, or by its id; `lethe trial create PLAN` registers one"},
	{fhir.ErrNotFHIR, "a file that is not FHIR R4 JSON needs --patient ID and --type NAME"},
	{fhir.ErrTooBig, "the limits are in the configuration, section import"},
	{fhir.ErrTwoPatients, "split the file: one patient each"},
}

// hints lists what to do about an error.
func hints(err error) []string {
	var h *hinted
	if errors.As(err, &h) {
		return h.hints
	}
	for _, a := range advice {
		if errors.Is(err, a.err) {
			return []string{a.hint}
		}
	}
	return nil
}

// oneLine is an error's text in one line that a terminal shows as it is.
func oneLine(err error) string { return visible(strings.ReplaceAll(err.Error(), "\n", "; ")) }

// visible escapes what a terminal would act on, as file names may hold.
func visible(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "\\u%04x", r)
		}
	}
	return b.String()
}
