// Package connectortest holds any connector to what is promised of every
// connector, against a fake of its system that can be made to fail. Each
// promise is one named subtest on a fresh system, so that a failure reads as
// the promise that was broken.
//
// An author of a connector writes one Target and calls Run, in a file of this
// folder that is called after the system (requesttracker_test.go, desk_test.go):
//
//	func TestDesk(t *testing.T) {
//		t.Parallel()
//		connectortest.Run(t, connectortest.Target{
//			Connector: connectortest.Manifest(os.DirFS("../catalog/desk"), "manifest.yaml"),
//			System:    deskFake,
//		})
//	}
//
// deskFake makes a fresh fake of the system in connectors/vendorfake/desk, which
// reads no clock but the one it is given, puts Serve before it, fills it with
// more records than fit on two pages, and returns a System:
//
//   - Settings and Secrets are what an administrator would enter; the address is
//     the one that Serve returns.
//   - Main, List and Pages name the stream that is tried, the requests that read
//     its list, and where in an answer the rows and totals stand. A list that is
//     asked for by POST is picked by faults.Match.Body. Without totals, pages that
//     are cut short cannot be told from the end of the list, and are not tried.
//   - The hooks (Change, Add, Delete …) act on the fake directly, as people in the
//     system would. What the system cannot do is left nil, and the checks that need
//     it are not run; Run logs which.
//   - Acts has an entry for each kind of action.
//
// Whatever differs between systems is in System; a check that needs to know more
// of one of them is wrong.
package connectortest

import (
	"net/http"
	"testing"
	"time"

	"portico/connectors/vendorfake/faults"
	"portico/sync/action"
	"portico/sync/remote"
)

// Target is a connector and a way to get a fresh system for it.
type Target struct {
	// Connector returns a connector that shares nothing with earlier ones.
	Connector func(t testing.TB) remote.Connector
	// System starts a system whose only clock is the one given and fills it with
	// more records than fit on two pages of a list. It stops with the test.
	System func(t testing.TB, clock *Clock) *System
}

// System is one tenant of the vendor's system, with the hooks that a check
// needs. A hook that is nil means that the system cannot do that.
type System struct {
	Settings   map[string]string
	Secrets    map[string]string // accepted
	BadSecrets map[string]string // not accepted
	Transport  http.RoundTripper // nil is a new one
	Faults     *faults.Knobs

	// Main is the stream that the hooks below change.
	Main string
	// List matches the requests that read the pages of Main.
	List faults.Match
	// Pages is what the answer to a List request looks like.
	Pages faults.List
	// Foreign says that the pages are not JSON, so that no value in them can be
	// exchanged here: hostile records are tried beside the connector.
	Foreign bool
	// Nameless says that the system does not tell who is signed in.
	Nameless bool

	// Lag is how long the system takes until its lists show a change.
	Lag time.Duration

	// Records returns the external ids that a whole pull of Main must come to.
	Records func() []string
	// Canaries are texts that stand in private notes and nowhere else.
	Canaries []string

	// Change alters a record so that the marker stands in what a pull emits of
	// it or of its children.
	Change func(external, marker string)
	// Add makes a record that carries the marker and returns its id.
	Add func(marker string) string
	// Begin starts a change as Change does, dated now, that only commit makes
	// visible: others that began later may be seen before it.
	Begin func(external, marker string) (commit func())
	// Delete removes a record, each time in another of the ways that the system has.
	// Nil when the connector cannot notice.
	Delete func(external string)

	// Tailor sets a custom field of a record to a text; "" empties it.
	Tailor func(external, value string)

	// Restore brings a deleted record back; of those that cannot be, it says false.
	Restore func(external string) bool
	// Rotate ends the credential and returns the new one.
	Rotate func() map[string]string

	// Renewal is nil where what is entered is what is sent.
	Renewal *Renewal

	// Webhook is nil where the system sends nothing by itself; who takes webhooks must
	// bring it, and Change.
	Webhook *Webhook

	// Acts are the kinds of action that the connector can carry out.
	Acts []Act
}

// Renewal is a system whose token ends and is asked for anew.
type Renewal struct {
	// Begin is the token that a person has brought; nil where nobody has to.
	Begin func(c remote.Connector, conn remote.Conn) remote.Token
	// End ends the token of now, and nothing else.
	End func()
	// Asked counts the requests for a token.
	Asked func() int
}

// Act is one kind of action and what a check needs to hold it to its promises.
type Act struct {
	// Write matches the request that carries it out.
	Write faults.Match
	// New returns an action on a target of its own, which Effects recognises.
	New func() action.Action
	// Effects counts what an action did to the system.
	Effects func(a action.Action) int
	// Stale returns an action whose target was changed, after the person looked,
	// in a way that matters; nil when nothing can.
	Stale func() action.Action
}

// check is one promise.
type check struct {
	name string
	// needs says whether the system has what the check works with.
	needs func(*System) bool
	do    func(t testing.TB, b *bench)
}

// Run holds the target to every promise.
func Run(t *testing.T, target Target) {
	t.Helper()
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t, target)
		})
	}
}

// run carries out one check on a fresh system.
func (c check) run(t testing.TB, target Target) {
	b := newBench(t, target)
	if c.needs != nil && !c.needs(b.system) {
		t.Log("not checked: the target has no hook for it")
		return
	}
	c.do(t, b)
}

// checks lists the promises in the order in which they are worth reading.
func checks() []check {
	acts := func(s *System) bool { return len(s.Acts) > 0 }
	return []check{
		{"sign-in that works", nil, goodCredentials},
		{"sign-in that does not", func(s *System) bool { return s.BadSecrets != nil }, badCredentials},
		{"a full pull finds everything", nil, fullPull},
		{"a second pull changes nothing", nil, secondPull},
		{"killed at every page and resumed", nil, killedAtEveryPage},
		{"a cancelled pull is not complete", nil, cancelled},
		{"a change is seen", func(s *System) bool { return s.Change != nil }, changeIsSeen},
		{"a change in the same second is seen", func(s *System) bool { return s.Change != nil }, changeInTheSameSecond},
		{"custom fields turn up, change and disappear", func(s *System) bool { return s.Tailor != nil }, customFields},
		{"additions while a pull runs are seen", func(s *System) bool { return s.Add != nil }, additionsMeanwhile},
		{"a late commit is seen", func(s *System) bool { return s.Begin != nil && s.Change != nil }, lateCommit},
		{"a deletion is seen", func(s *System) bool { return s.Delete != nil }, deletionIsSeen},
		{"deleted records leave the census", func(s *System) bool { return s.Delete != nil }, deletedLeavesCensus},
		{"a restored record comes back", func(s *System) bool { return s.Delete != nil && s.Restore != nil }, restoredComesBack},
		{"nothing is asked inside a Retry-After window", nil, limitStorm},
		{"half of the requests fail", nil, halfFails},
		{"the sign-in ends in mid-pull", nil, signedOutMeanwhile},
		{"a credential that is rotated in mid-pull", func(s *System) bool { return s.Rotate != nil }, rotatedMeanwhile},
		{"a token that ends in mid-pull", func(s *System) bool { return s.Renewal != nil }, endedMeanwhile},
		{"broken pages", nil, brokenPages},
		{"broken pages of a census", nil, brokenCensus},
		{"hostile records", func(s *System) bool { return !s.Foreign }, hostileRecords},
		{"private notes stay inside", func(s *System) bool { return len(s.Canaries) > 0 }, privateNotes},
		{"out-of-order and forged webhooks", nil, webhooks},
		{"an action takes effect once and is confirmed", acts, each(actOnce)},
		{"an action whose answer is lost", acts, each(answerLost)},
		{"an action that never arrived", acts, each(neverArrived)},
		{"an action to a system that is down", acts, each(refusedConnection)},
		{"an action that is limited", acts, each(actLimited)},
		{"a conflict writes nothing", acts, each(conflictWritesNothing)},
	}
}
