// Package faults tests the whole program from outside: real processes are
// started, killed and drained, a stateful Request Tracker stands behind knobs
// that lose, cut and refuse its answers, and clients of three companies use the
// pages as browsers do. A scenario runs embedded, as one process with SQLite,
// and scaled, as several around a PostgreSQL and a Redis of the test's own.
//
// It promises that after every scenario what was answered "recorded" stands in
// the source exactly once, that the read model equals the source, that the audit
// log verifies, and that nobody was shown a foreign or an internal text. The
// tests carry the build tag "faults", because they take minutes: "make faults"
// runs them in their long form, "make faults SHORT=1" in the one that every
// commit passes. The table at the end names every fault; what did not run is
// never told as passed.
package faults
