// Package trial is a clinical trial as a validity rollup, natively: what a circuit proves of a batch, computed outside of it, equal bit
// for bit. A trial has one state, of which the chain sees a hash; it moves by batches of one site's events, each of which the site has
// signed. A [Cohort] is the state with everybody in it; a [Batch] moves it.
//
// Deviations from the protocol are counted by kind and never refused (ICH E6(R3), 4.5 and 3.16.1); refused is only what is not consistent:
// a person enrolled twice, an event of nobody, one from the future.
//
// Participants stand in a tree of 65,536 places, in the order of their enrolment, and each names the next tag in the order of tags
// (an indexed tree: Tzialla et al., Transparency Dictionaries with Succinct Proofs of Correct Operation, 2021, section 4), so that one path shows that somebody is not enrolled yet. The first place is the head of
// that list. A batch of n events takes about 0.5 ms for each.
//
// A Cohort and its batches are not safe for concurrent use.
package trial
