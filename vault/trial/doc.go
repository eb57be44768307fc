// Package trial runs a clinical trial whose state moves only by proof: the sequencer.
//
// A [Plan] is the protocol, a readable file. Sites sign [Submission]s of events; the sequencer takes each as one batch, applies it to the
// cohort, proves what it did (circuits/enrolment, circuits/visits), and has the contract move the trial's state. What a trial has come to is a [Record]: one
// document, put in place whole after every step, so that a crash leaves the step before or the step after, and the next run goes on
// from there. It holds no name and no value of anybody's: tags, times, and digests of what sites keep.
//
// A record of 256 participants and 1,500 events takes 0.5 MB and is written three times for each batch. The default is a folder for each trial
// ([Folder]). An [Archive] is what outlives this program: it is read and checked without it.
//
// A Sequencer is safe for concurrent use; two processes must not run one trial.
package trial
