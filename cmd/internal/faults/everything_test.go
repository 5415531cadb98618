//go:build faults

package faults_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestEverythingAtOnce is the end of it all: people of three companies ask and
// read, an agent answers at the source, back-office systems listen, and one
// after the other everything that Portico consists of is killed.
func TestEverythingAtOnce(t *testing.T) { trials(t, "everything at once", everythingAtOnce) }

func everythingAtOnce(x *trial) {
	everybody, one := newEar(x.T), newEar(x.T)
	post := newPost(x.T)
	w := newWorld(x, 40, append(post.settings(), "PORTICO_WEBHOOKS_ALLOW="+everybody.address()+","+one.address())...)
	everybody.subscribe(w, "")
	one.subscribe(w, companies[0].name)
	w.start()
	browsers := append(w.enter(), w.enter()...)
	ctx, stop := context.WithCancel(x.Context())
	var people sync.WaitGroup
	var crowd crowd
	for n, b := range browsers {
		b.share(n/len(companies), 2)
		people.Go(func() { crowd.ask(ctx, b) })
	}
	people.Go(func() { crowd.answer(ctx, w.source) })
	var struck []string
	times := rounds(1, 20)
	for range times {
		blows := w.blows()
		rand.Shuffle(len(blows), func(i, j int) { blows[i], blows[j] = blows[j], blows[i] })
		for _, b := range blows {
			pause(ctx, time.Second+rand.N(2*time.Second))
			b.strike(ctx)
			struck = append(struck, b.name)
			w.ledger().hasten()
			w.ledger().exec("UPDATE notices SET due_at = at") // or every mail would wait until all is over
		}
	}
	pause(ctx, 2*time.Second)
	stop()
	people.Wait()
	w.settle(3*time.Minute + time.Duration(len(crowd.errands()))*time.Second)
	missing, foreign := w.toldOnce(everybody, "")
	less, more := w.toldOnce(one, companies[0].name)
	heard, messages := everybody.all()
	mails, again, unsent, astray := w.mailedOnce(post)
	if mails == 0 {
		x.Error("nobody was mailed: this proves nothing")
	}
	w.judge(outcome{rounds: times, foreign: foreign + more + astray, lost: missing + less + unsent, note: fmt.Sprintf("killed or emptied: %s; %d messages of %d ids to one endpoint, %d refused at first; %d mails, %d of them twice under one id",
		counted(struck), messages, len(heard), len(everybody.refused), mails, again)}, crowd.errands(), browsers)
}

// share leaves a person the part of the tickets that no colleague decides on.
func (b *browser) share(n, of int) {
	var own []string
	for i, t := range b.tickets {
		if i%of == n {
			own = append(own, t)
		}
	}
	b.tickets = own
}

// blow is one thing that is done to a running portal.
type blow struct {
	name   string
	strike func(ctx context.Context)
}

// blows is everything that can be done to this one.
func (w *world) blows() []blow {
	var out []blow
	for _, one := range w.processes {
		out = append(out, blow{one.args[0], func(ctx context.Context) {
			one.kill()
			pause(ctx, rand.N(2*time.Second))
			if one.start(); !one.running() {
				w.Fatalf("a killed %s does not come back:\n%s", one.args[0], tail(w.log()))
			}
		}})
	}
	if w.cluster != nil {
		out = append(out, blow{"PostgreSQL", func(ctx context.Context) { w.loseDatabase(ctx) }})
	}
	if w.bell != nil {
		out = append(out, blow{"Redis emptied", func(context.Context) { w.bell.flush() }}, blow{"Redis", func(ctx context.Context) {
			w.bell.kill()
			pause(ctx, rand.N(2*time.Second))
			w.bell.start()
		}})
	}
	return out
}

// counted says how often each of some names is there.
func counted(names []string) string {
	slices.Sort(names)
	var out []string
	for _, name := range slices.Compact(slices.Clone(names)) {
		n := 0
		for _, other := range names {
			if other == name {
				n++
			}
		}
		out = append(out, fmt.Sprintf("%d %s", n, name))
	}
	return strings.Join(out, ", ")
}
