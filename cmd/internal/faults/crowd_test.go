//go:build faults

package faults_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// crowd is people who use the portal until they are told to stop.
type crowd struct {
	mu  sync.Mutex
	all []*errand
}

func (c *crowd) add(w *errand) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, w)
}

func (c *crowd) errands() []*errand {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all
}

// ask replies, opens and closes tickets and reads pages. A ticket is closed once
// and never answered on, so that what is asked can be counted in the source.
func (c *crowd) ask(ctx context.Context, b *browser) {
	half := len(b.tickets) / 2
	toAnswer, toClose := b.tickets[:half], b.tickets[half:]
	for n := 0; ctx.Err() == nil; n++ {
		var w *errand
		switch {
		case n%6 == 3 && len(toClose) > 0:
			decided, err := b.close(toClose[0])
			if errors.Is(err, errClosed) {
				toClose = toClose[1:]
			}
			if err != nil {
				break // or the portal is away
			}
			w, toClose = decided, toClose[1:]
		case n%6 == 5:
			to, err := b.destination()
			if err != nil {
				break
			}
			w = b.open(to)
		default:
			w = b.reply(toAnswer[rand.N(len(toAnswer))])
		}
		if w != nil {
			c.add(w)
			w.insist(ctx)
		}
		_, _ = b.get(b.tickets[rand.N(len(b.tickets))])      // looked at for foreign texts; the portal may be away
		pause(ctx, 300*time.Millisecond+rand.N(time.Second)) // about as fast as the source takes it
	}
}

// answer is the agent at the source, who writes to clients and to colleagues.
func (c *crowd) answer(ctx context.Context, s *source) {
	ids := map[company]int{}
	for n := 0; pause(ctx, 300*time.Millisecond); n++ {
		of := companies[n%len(companies)]
		if n%10 < len(companies) {
			ids[of] = s.addTicket(of, 1000+n)
		}
		id := ids[of]
		s.fake.Reply(id, agent, "Later words for "+of.mark)
		s.fake.Comment(id, agent, "Later, between us: "+of.secret())
	}
}
