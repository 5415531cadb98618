// Package faults tests the whole program from outside: real processes are
// started, killed and drained, a stateful Request Tracker stands behind knobs
// that lose, cut and refuse its answers, and clients of three companies use the
// pages as browsers do.
//
// It promises that after every scenario what was answered "recorded" stands in
// the source exactly once, that the read model equals the source, and that
// nobody was shown a foreign or an internal text. The tests carry the build tag
// "faults", because they take minutes: "make faults" runs them in their long
// form, "make faults SHORT=1" in the one that every commit passes.
package faults
